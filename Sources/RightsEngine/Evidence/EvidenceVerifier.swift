package import ArchiveFormat
internal import AuditLedger
internal import Erasing
internal import FoundationEssentials
internal import RightsCore

/// Judges a pack of evidence, offline: that it is what was signed, and that its parts say the same.
package enum EvidenceVerifier {
    /// Whether a ZIP is a pack.
    package static func recognises(_ source: any ArchiveSource) throws(ArchiveError) -> Bool {
        try SmallBag.Contents.has(EvidenceIndex.path, in: source)
    }

    /// Judges a pack.
    ///
    /// - Parameter keys: raw bytes of the published keys; without any, signatures aren't judged and the report says so.
    package static func verify(
        _ source: any ArchiveSource, keys: [[UInt8]]
    ) throws(ArchiveError) -> VerificationReport {
        var report = VerificationReport()
        let contents = try SmallBag.Contents(source)
        report.record("container", contents.faults, passed: "\(contents.files.count) files, as BagIt lists them")
        let bytes = contents.files[EvidenceIndex.path] ?? []
        guard let index = EvidenceDocument.read(bytes, as: EvidenceIndex.self),
            index.format == EvidenceIndex.currentFormat
        else {
            report.record("index", ["evidence.json is missing or of another version"], passed: "")
            return report
        }
        CertificateVerifier.check(
            contents.files[EvidenceIndex.signaturePath], of: bytes, named: "evidence", keys, &report)
        report.record("files", fileFaults(index, contents), passed: "\(index.files.count) files as described")
        EvidenceProofs(index: index, files: contents.files, keys: keys).check(into: &report)
        return report
    }

    private static func fileFaults(_ index: EvidenceIndex, _ contents: SmallBag.Contents) -> [String] {
        var faults: [String] = []
        for file in index.files {
            guard let bytes = contents.files[file.path] else {
                faults.append("\(file.path) is described and missing")
                continue
            }
            if bytes.count != file.bytes || SmallBag.File(file.path, bytes).sha256 != file.sha256 {
                faults.append("\(file.path) was changed")
            }
        }
        let unlisted = SmallBag.ownFiles.union([EvidenceIndex.path, EvidenceIndex.signaturePath])
        let extra = Set(contents.files.keys).subtracting(index.files.map(\.path)).subtracting(unlisted)
        return faults + extra.sorted().map { "\($0) isn't described" }
    }
}

/// Holds the parts of a pack against each other.
struct EvidenceProofs {
    let index: EvidenceIndex
    let files: [String: [UInt8]]
    let keys: [[UInt8]]
    private let excerpt: AuditExcerptVerifier
    /// The chain's entries about the request.
    private let steps: [EvidenceDocument.Step]

    init(index: EvidenceIndex, files: [String: [UInt8]], keys: [[UInt8]]) {
        self.index = index
        self.files = files
        self.keys = keys
        excerpt = AuditExcerptVerifier(files["data/audit.jsonl"] ?? [], keys: keys)
        // An entry whose facts can't be read is missing in the timeline, too, and found there.
        steps = excerpt.records.filter { $0.request == index.request }
            .compactMap { try? EvidenceDocument.Step($0) }
    }

    func check(into report: inout VerificationReport) {
        report.record(
            "audit chain", excerpt.faults,
            passed: "\(excerpt.records.count) entries, \(excerpt.stretches) stretches that end in a checkpoint")
        report.record("timeline", timelineFaults, passed: "\(steps.count) entries, as they stand in the chain")
        let request = EvidenceDocument.read(files["data/request.json"], as: EvidenceDocument.Request.self)
        report.record(
            "request", request?.id == index.request ? [] : ["request.json is about another request"],
            passed: index.request)
        guard request?.right == RequestRight.erasure.rawValue else { return }
        guard steps.first?.action == AuditAction.requestOpened.rawValue else {
            return report.leave("erasure", why: "the beginning of the request was pruned from the audit chain")
        }
        report.record("plans", planFaults, passed: "\(plans.count) plans, the approved ones as the chain says")
        report.record("receipts", receiptFaults, passed: "\(receipts.count) receipts, each of an approved plan")
        checkCertificate(&report)
    }

    private var timelineFaults: [String] {
        var faults: [String] = []
        let told: [EvidenceDocument.Step]? = EvidenceDocument.read(files["data/timeline.json"])
        if told != steps { faults.append("timeline.json doesn't say what the chain says") }
        if steps.map(\.seq) != index.entries {
            faults.append("the excerpt doesn't hold the entries that evidence.json names")
        }
        return faults
    }

    // MARK: plans

    private var plans: [String: [UInt8]] { bytes(in: "data/plans/") }

    private var approvals: [EvidenceDocument.Approval] {
        EvidenceDocument.read(files["data/approvals.json"]) ?? []
    }

    private var planFaults: [String] {
        var faults: [String] = []
        for (digest, bytes) in plans.sorted(by: { $0.key < $1.key }) {
            // Whatever is wrong with it, it isn't a plan.
            if (try? ErasurePlan(canonicalBytes: bytes)) == nil { faults.append("\(digest).json is no plan") }
            if ErasurePlan.digest(of: bytes).hex != digest {
                faults.append("\(digest).json isn't the plan of that digest")
            }
            if !has(.erasurePlanned, ["plan": digest]) { faults.append("the chain knows no plan \(digest)") }
        }
        if Set(plans.keys) != Set(approvals.map(\.plan)) {
            faults.append("approvals.json and the plans aren't about the same")
        }
        for approval in approvals {
            let isApproved = ["approved", "executed"].contains(approval.state)
            if isApproved, approval.approvedBy == nil { faults.append("nobody approved the plan \(approval.plan)") }
            guard let actor = approval.approvedBy, !has(.erasureApproved, ["plan": approval.plan], by: actor),
                !isLaterPart(approval)
            else { continue }
            faults.append("the chain doesn't say that \(actor) approved the plan \(approval.plan)")
        }
        return faults
    }

    /// What a hold had kept is planned once more when it ends, and goes under the approval of the whole.
    private func isLaterPart(_ approval: EvidenceDocument.Approval) -> Bool {
        approvals.contains { first in
            first.approvedBy == approval.approvedBy && first.approvedAt == approval.approvedAt
                && first.plan != approval.plan && has(.erasureApproved, ["plan": first.plan])
        }
    }

    // MARK: receipts

    private var receipts: [(run: String, receipt: ErasureReceipt?)] {
        bytes(in: "data/receipts/").map { run, bytes in
            // What can't be read is no receipt.
            (run, ErasureReceipt(json: bytes))
        }.sorted { ($0.receipt?.at.microseconds ?? 0, $0.run) < ($1.receipt?.at.microseconds ?? 0, $1.run) }
    }

    private var receiptFaults: [String] {
        var faults: [String] = []
        let runs: [EvidenceDocument.Run] = EvidenceDocument.read(files["data/runs.json"]) ?? []
        let approved = Set(approvals.filter { $0.approvedBy != nil }.map(\.plan))
        if Set(receipts.map(\.run)) != Set(runs.filter(\.hasReceipt).map(\.run)) {
            faults.append("runs.json and the receipts aren't about the same")
        }
        for (run, receipt) in receipts {
            guard let receipt else {
                faults.append("\(run).json is no receipt")
                continue
            }
            if !approved.contains(receipt.plan) { faults.append("the run \(run) wasn't of an approved plan") }
            if runs.first(where: { $0.run == run })?.plan != receipt.plan || receipt.run != run {
                faults.append("the receipt of the run \(run) is of another plan or run than runs.json says")
            }
            if !has(.erasureDone, ["run": run, "plan": receipt.plan, "seq": String(receipt.sequence)]) {
                faults.append("the chain knows no erasure as the receipt of the run \(run) tells it")
            }
        }
        return faults
    }

    // MARK: certificate

    private func checkCertificate(_ report: inout VerificationReport) {
        let certified = steps.last { $0.action == AuditAction.erasureCertified.rawValue }
        guard let bytes = files["data/certificate.json"] else {
            return report.record(
                "certificate", certified == nil ? [] : ["the chain says that one was issued, and it isn't there"],
                passed: "none was issued yet")
        }
        let judged = CertificateVerifier.verify(bytes, signature: files["data/certificate.sig"], keys: keys)
        var faults = judged.report.checks.filter { $0.outcome == .failed }.map(\.detail)
        if certified?.facts["certificate"] != ErasurePlan.digest(of: bytes).hex {
            faults.append("it isn't the one the chain says was issued")
        }
        if let certificate = judged.certificate {
            if certificate.request != index.request { faults.append("it is about another request") }
            let receipt = receipts.last?.receipt
            if receipt?.plan != certificate.plan || receipt?.sequence != certificate.ledgerSequence
                || receipt?.at != certificate.erasedAt
            {
                faults.append("it isn't about the plan and run of the receipt")
            }
        }
        report.record(
            "certificate", faults, passed: "\(judged.certificate?.state ?? ""), of the plan and run of the receipt")
    }

    // MARK: looking

    /// Whether the chain has an entry of that action with those facts.
    private func has(_ action: AuditAction, _ facts: [String: String], by actor: String? = nil) -> Bool {
        steps.contains { step in
            step.action == action.rawValue && (actor == nil || step.actor == actor)
                && facts.allSatisfy { step.facts[$0.key] == $0.value }
        }
    }

    /// The JSON files of a folder by their names.
    private func bytes(in folder: String) -> [String: [UInt8]] {
        var found: [String: [UInt8]] = [:]
        for (path, bytes) in files where path.hasPrefix(folder) && path.hasSuffix(".json") {
            found[String(path.dropFirst(folder.count).dropLast(5))] = bytes
        }
        return found
    }
}
