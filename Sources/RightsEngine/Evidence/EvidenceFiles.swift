internal import ArchiveFormat
internal import AuditLedger
internal import Erasing
internal import FoundationEssentials
internal import RequestLedger
internal import RightsCore

/// What the control database holds as proof about one request.
struct EvidenceFacts: Sendable {
    let request: RequestRecord
    let excerpt: AuditExcerpt.Outcome
    let plans: [ErasurePlanRecord]
    let runs: [ErasureRunRecord]
    let notices: [NoticeRecord]
    let recipients: [RecipientDuty]
    let certificate: CertificateRecord?
}

/// The files of a pack.
extension EvidenceFacts {
    /// The pack as a ZIP.
    ///
    /// - Parameter sign: gives the signature of the index's exact bytes.
    func zipped(at now: Instant, key: String, sign: ([UInt8]) throws -> [UInt8]) throws -> [UInt8] {
        var bag = SmallBag(root: "evidence_\(now.utcDate)_\(request.id.text.suffix(12))", at: now)
        for file in try payload() { bag.add(file) }
        bag.add(.init("README.txt", Array(EvidenceWords.readme(self, at: now).utf8)))
        let index = EvidenceIndex(
            format: EvidenceIndex.currentFormat, request: request.id.text, madeAt: now.rfc3339, key: key,
            entries: excerpt.records.map(\.seq),
            files: bag.files.map { .init(path: $0.path, bytes: $0.bytes.count, sha256: $0.sha256) })
        let bytes = try EvidenceDocument.json(index)
        bag.add(.init(EvidenceIndex.path, bytes))
        bag.add(.init(EvidenceIndex.signaturePath, try sign(bytes)))
        return try bag.zipped(identifier: request.id.text)
    }

    private func payload() throws -> [SmallBag.File] {
        let steps = try excerpt.records.map { try EvidenceDocument.Step($0) }
        var files: [SmallBag.File] = [
            .init("data/request.json", try EvidenceDocument.json(EvidenceDocument.Request(request))),
            .init("data/timeline.json", try EvidenceDocument.json(steps)),
            .init("data/timeline.txt", Array(EvidenceWords.timeline(steps).utf8)),
            .init("data/notices.json", try EvidenceDocument.json(notices.map { EvidenceDocument.Notice($0) })),
            .init("data/audit.jsonl", excerpt.bytes),
        ]
        guard request.right == .erasure else { return files }
        files += [
            .init("data/approvals.json", try EvidenceDocument.json(plans.map { EvidenceDocument.Approval($0) })),
            .init("data/runs.json", try EvidenceDocument.json(runs.map { EvidenceDocument.Run($0, of: plans) })),
            .init(
                "data/recipients.json",
                try EvidenceDocument.json(recipients.map { EvidenceDocument.Recipient($0) })),
        ]
        // Plans that are alike have the same bytes, and are one file.
        for (digest, bytes) in Dictionary(
            plans.map { ($0.digest.hex, $0.bytes) }, uniquingKeysWith: { first, _ in first })
        {
            files.append(.init("data/plans/\(digest).json", bytes))
        }
        for run in runs {
            if let receipt = run.receipt { files.append(.init("data/receipts/\(run.run).json", Array(receipt.utf8))) }
        }
        if let certificate {
            files += [
                .init("data/certificate.json", certificate.bytes),
                .init("data/certificate.sig", certificate.signature),
                .init("data/certificate.html", certificate.page),
            ]
        }
        return files
    }
}

extension EvidenceDocument.Step {
    init(_ record: AuditRecord) throws {
        self.init(
            seq: record.seq, at: record.at.rfc3339, action: record.action, actor: record.actor,
            facts: try Engine.facts(record.facts))
    }
}

extension EvidenceDocument.Request {
    init(_ request: RequestRecord) {
        self.init(
            id: request.id.text, right: request.right.rawValue, regime: request.regime, alsoUnder: request.alsoUnder,
            state: request.state.rawValue, outcome: request.outcome, channel: request.channel.rawValue,
            assurance: request.assurance, receivedAt: request.receivedAt.rfc3339, openedAt: request.openedAt.rfc3339,
            acknowledgedAt: request.acknowledgedAt?.rfc3339, dueEnd: request.dates.dueEnd?.rfc3339,
            answeredAt: request.answeredAt?.rfc3339, executedAt: request.executedAt?.rfc3339,
            closedAt: request.closedAt?.rfc3339)
    }
}

extension EvidenceDocument.Approval {
    init(_ plan: ErasurePlanRecord) {
        self.init(
            plan: plan.digest.hex, madeAt: plan.madeAt.rfc3339, state: plan.state.rawValue,
            approvedBy: plan.approvedBy, approvedAt: plan.approvedAt?.rfc3339)
    }
}

extension EvidenceDocument.Run {
    init(_ run: ErasureRunRecord, of plans: [ErasurePlanRecord]) {
        self.init(
            run: run.run.text, plan: plans.first { $0.id == run.plan }?.digest.hex ?? "", begunAt: run.begunAt.rfc3339,
            hasReceipt: run.receipt != nil, filesDoneAt: run.filesDoneAt?.rfc3339, huntedAt: run.huntedAt?.rfc3339)
    }
}

extension EvidenceDocument.Notice {
    init(_ notice: NoticeRecord) {
        self.init(
            kind: notice.kind, recipient: notice.recipient.rawValue, language: notice.language.rawValue,
            state: notice.state.rawValue, madeAt: notice.madeAt.rfc3339, handedOverAt: notice.handedOverAt?.rfc3339,
            reply: notice.smtpCode)
    }
}

extension EvidenceDocument.Recipient {
    init(_ duty: RecipientDuty) {
        self.init(
            name: duty.recipient, state: duty.state.rawValue, collections: duty.collections,
            madeAt: duty.madeAt.rfc3339, toldAt: duty.toldAt?.rfc3339, endedAt: duty.endedAt?.rfc3339,
            outcome: duty.outcome, proof: duty.proof?.digest.hex)
    }
}
