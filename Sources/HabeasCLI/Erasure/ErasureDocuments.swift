internal import Erasing
internal import FoundationEssentials
internal import ObjectStore
internal import RightsCore

/// A request's plan, as the API gives it.
struct PlanDocument: Decodable {
    struct Run: Decodable {
        let id: String
        let begunAt: String
        let rowsGone: Bool
        let filesGoneAt: String?
        let huntedAt: String?
    }

    /// A dry run, as `--json` prints it.
    struct Dry: Encodable {
        let digest: String
        let plan: ErasurePlan
    }

    let request: String
    let state: String
    let digest: String
    let madeAt: String
    let expiresAt: String
    let approvedBy: String?
    let approvedAt: String?
    let canonical: String
    let runs: [Run]
    let differences: [String]

    /// The plan of the bytes that are approved, and the bytes.
    ///
    /// - Throws: `ErasureError.Code.badPlan` when they don't have the digest they are said to have.
    func checked() throws -> (ErasurePlan, [UInt8]) {
        guard let data = Data(base64Encoded: canonical), ErasurePlan.digest(of: [UInt8](data)).hex == digest else {
            throw ErasureError(
                .badPlan, "the plan's bytes don't have the digest that the service gives for them",
                hint: "is something between you and the service that changes answers?")
        }
        let bytes = [UInt8](data)
        return (try ErasurePlan(canonicalBytes: bytes), bytes)
    }

    /// Where it stands.
    var facts: Facts {
        var facts = Facts()
        facts.add("request", request)
        facts.add("plan", "\(state), made \(LocalTime.text(madeAt))")
        facts.add("approved", approvedBy.map { "\(LocalTime.text(approvedAt)) by \($0)" })
        if state == "proposed" || state == "approved" { facts.add("good until", LocalTime.text(expiresAt)) }
        for run in runs {
            let steps = [
                run.rowsGone ? "rows gone" : "begun", run.filesGoneAt == nil ? nil : "files gone",
                run.huntedAt == nil ? nil : "leftovers hunted",
            ].compactMap { $0 }.joined(separator: ", ")
            facts.add("run", "\(run.id), \(LocalTime.text(run.begunAt)), \(steps)")
        }
        for (number, difference) in differences.enumerated() {
            facts.add(number == 0 ? "changed since the last approval" : "", difference)
        }
        return facts
    }
}

/// A certificate, as the API gives it.
struct CertificateDocument: Decodable {
    let request: String
    let madeAt: String
    let canonical: String
    let signature: String

    /// What is signed, and its bytes.
    func read() throws -> (ErasureCertificate, [UInt8]) {
        guard let data = Data(base64Encoded: canonical),
            let certificate = ErasureCertificate(canonicalBytes: [UInt8](data))
        else {
            throw CommandFailure(
                .failed, code: "client.bad-answer", "the service's certificate can't be understood",
                hint: "is the service of another version than this program (\(habeasVersion))?")
        }
        return (certificate, [UInt8](data))
    }

    /// Writes the certificate, its signature and its page into a new folder.
    func write(to folder: String) throws {
        let (certificate, bytes) = try read()
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        } catch {
            throw CommandFailure(
                .failed, code: "file.unusable", "\(folder) can't be made: it exists, or the folder above it doesn't",
                hint: "name a folder that doesn't exist yet")
        }
        let files = [
            ("json", bytes), ("sig", [UInt8](Data(base64Encoded: signature) ?? Data())),
            ("html", CertificatePage.html(certificate)),
        ]
        for (ending, bytes) in files {
            try WholeFile.replace("\(folder)/certificate.\(ending)", with: bytes, mode: 0o600)
        }
    }
}

/// What a certificate says, for the terminal.
enum CertificateSummary {
    static func text(_ document: CertificateDocument, on screen: Screen = .current) throws -> String {
        let (certificate, _) = try document.read()
        var parts = [facts(certificate).text(on: screen), collections(certificate).text(on: screen)]
        if !certificate.retained.isEmpty { parts.append(retained(certificate).text(on: screen)) }
        if !certificate.hunt.obstacles.isEmpty {
            parts.append(
                (["Not searched, or not to the end:"] + certificate.hunt.obstacles.map { "  ! \($0)" })
                    .joined(separator: "\n"))
        }
        if !certificate.hunt.leftovers.isEmpty {
            parts.append((["Left behind:"] + certificate.hunt.leftovers.map { "  ! \($0)" }).joined(separator: "\n"))
        }
        return parts.joined(separator: "\n\n")
    }

    private static func facts(_ certificate: ErasureCertificate) -> Facts {
        var facts = Facts()
        facts.add("request", certificate.request)
        facts.add("state", certificate.state)
        facts.add("law", certificate.regime)
        facts.add("erased", LocalTime.text(certificate.erasedAt))
        facts.add("approved", certificate.approvedAt.map { LocalTime.text($0) })
        facts.add("plan", certificate.plan)
        facts.add("ledger", "entry \(certificate.ledgerSequence)")
        facts.add("files", certificate.files == 0 ? nil : "\(Terminal.count(certificate.files, "file")) gone")
        facts.add("held", certificate.isHeld ? "rows stay, restricted, for proceedings" : nil)
        let coverage = certificate.hunt.isComplete ? "all of them" : "not all of them to the end"
        facts.add(
            "hunt",
            "\(Terminal.count(certificate.hunt.tables, "table")), \(coverage), "
                + "\(Terminal.count(certificate.hunt.leftovers.count, "leftover"))")
        facts.add("told", certificate.recipients.map { "\($0.name) (\($0.state))" }.joined(separator: ", "))
        facts.add(
            "backups",
            certificate.backups.map { lines in
                lines.isEmpty
                    ? "nothing is left in any"
                    : lines.map { "\($0.name) until \($0.until?.description ?? "nobody knows when")" }
                        .joined(separator: ", ")
            } ?? "not described yet")
        return facts
    }

    private static func collections(_ certificate: ErasureCertificate) -> Table {
        Table(
            columns: [
                Table.Column(title: "Collection"), Table.Column(title: "Outcome"),
                Table.Column(title: "Rows", isNumber: true), Table.Column(title: "Stay", rank: 1, isNumber: true),
                Table.Column(title: "Held", rank: 1, isNumber: true), Table.Column(title: "Why", rank: 2),
            ],
            rows: certificate.collections.map {
                [
                    $0.title, $0.outcome, "\($0.rows)", "\($0.staying)", "\($0.held + $0.hollow)", $0.reason ?? "",
                ]
            })
    }

    private static func retained(_ certificate: ErasureCertificate) -> Table {
        Table(
            columns: [
                Table.Column(title: "Kept"), Table.Column(title: "Documents", isNumber: true),
                Table.Column(title: "Until"), Table.Column(title: "Law"),
            ],
            rows: certificate.retained.map { [$0.document, "\($0.documents)", "\($0.until)", $0.citation] })
    }
}
