internal import ArchiveFormat
internal import DataMap
internal import RightsCore

/// The pages a person reads first: START_HERE.html, README.txt, NOT_INCLUDED.txt.
struct CoverPages {
    let manifest: Manifest
    let map: DataMap
    let plan: ExportPlan
    let trail: [TrailEntry]?

    init(_ manifest: Manifest, map: DataMap, plan: ExportPlan, trail: [TrailEntry]?) {
        self.trail = trail
        self.manifest = manifest
        self.map = map
        self.plan = plan
    }

    /// Each page with its path in the archive.
    func pages() -> [(path: String, mediaType: String, text: String)] {
        [
            ("START_HERE.html", "text/html", StartPage(manifest, plan: plan, trail: trail).html()),
            ("README.txt", "text/plain", readme()),
            ("NOT_INCLUDED.txt", "text/plain", notIncluded()),
        ]
    }

    private func readme() -> String {
        """
        YOUR PERSONAL DATA FROM \(map.service.uppercased())

        Made by:      \(map.controller.name)
        Questions to: \(map.controller.contact)
        Request:      \(manifest.request.id)
        Right:        \(Wording.right(manifest.request.right)) (\(manifest.request.regime))
        As of:        \(manifest.snapshot.at)
        \(manifest.part.map { PartNote($0).text } ?? "")
        Open START_HERE.html in any browser to see what is here. It needs no network.

        \(contents())
        NOT_INCLUDED.txt says what is not in here, and why.

        \(csvNote())HOW TO CHECK THIS ARCHIVE (in this folder)

            sha256sum -c manifest-sha256.txt
            sha256sum -c tagmanifest-sha256.txt
            openssl pkeyutl -verify -pubin -inkey PUBLISHED-KEY.pem -rawin \\
                -in habeas-manifest.json -sigfile habeas-manifest.sig

        The archive is a BagIt bag (RFC 8493); any BagIt program checks it too. Whoever made it publishes the key.

        You can complain to: \(manifest.controller.complaintAuthority)

        """
    }

    private func contents() -> String {
        [
            (
                AccessReportPage.path,
                "purposes, recipients, retention, your rights: what the law wants said (also as .json)"
            ),
            ("data/json/", "your data for programs: one file for each kind of thing, described by schemas/"),
            ("data/csv/", "your data for spreadsheets (UTF-8; an empty cell is \"no value\", \"\" is empty text)"),
            ("data/files/", "your files, each in a folder named after its record"),
        ].filter { folder, _ in manifest.files.contains { $0.path.hasPrefix(folder) } }
            .map { "\($0)  \($1)" }.joined(separator: "\n")
    }

    private func csvNote() -> String {
        guard manifest.files.contains(where: { $0.path.hasPrefix("data/csv/") }) else { return "" }
        return """
            A cell of the CSV files that begins with = + - @, a tab or a carriage return got a leading ' so that no
            spreadsheet runs it. Columns of numbers and the JSON files hold every value unchanged.


            """
    }

    private func notIncluded() -> String {
        var text = "WHAT IS NOT IN THIS ARCHIVE, AND WHY\n\n"
        let parts = [
            ("Left out", manifest.notIncluded.map { "\($0.what): \($0.reason)" }),
            (
                "Replaced by a mark in square brackets wherever there is a value",
                manifest.redacted.map { "\($0.what): \($0.reason)" }
            ),
            ("Files that could not be included whole", manifest.missing.map(Wording.loss)),
        ]
        for (title, lines) in parts where !lines.isEmpty {
            text += "\(title):\n" + lines.map { "  - \($0)\n" }.joined() + "\n"
        }
        if parts.allSatisfy({ $0.1.isEmpty }) { text += "Nothing was left out.\n" }
        return text
    }
}

/// Words shown to people.
enum Wording {
    static func right(_ right: String) -> String {
        right == Right.access.rawValue ? "right of access" : "right to data portability"
    }

    /// What happened to a file, in a sentence.
    static func loss(_ loss: Manifest.MissingFile) -> String {
        let place = "\(loss.collection) \(loss.row)"
        let expected = loss.expectedBytes.map { " of \($0)" } ?? ""
        switch loss.reason {
        case "missing": return "\(place): the file is no longer in our storage"
        case "truncated": return "\(place): only \(loss.foundBytes ?? 0)\(expected) bytes are left in our storage"
        case "changed": return "\(place): the file differs from what was recorded when it was stored"
        default: return "\(place): the file can't be read; \(loss.foundBytes ?? 0)\(expected) bytes are here"
        }
    }
}
