internal import RightsCore

/// Judges an excerpt of the chain, offline.
package struct AuditExcerptVerifier: Sendable {
    /// All entries of the excerpt, in order: of the request, and what lies between.
    package private(set) var records: [AuditRecord] = []
    /// What is wrong, said for people.
    package private(set) var faults: [String] = []
    /// How many stretches it has.
    package private(set) var stretches = 0
    private var checkpoints: [AuditCheckpoint] = []
    private let keys: [[UInt8]]

    /// Judges an excerpt.
    ///
    /// - Parameter keys: raw bytes of the published keys; without any, signatures aren't judged. The keys in the file are
    ///   never believed.
    package init(_ bytes: [UInt8], keys: [[UInt8]]) {
        self.keys = keys
        read(bytes)
        judge()
    }

    private mutating func read(_ bytes: [UInt8]) {
        guard bytes.last == UInt8(ascii: "\n") else { return faults.append("its end is cut off") }
        var lines = bytes.dropLast().split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { AuditExport.parse(Array($0)) }
        guard lines.first??.header?.format == AuditExcerpt.format else {
            return faults.append("it isn't an excerpt of the audit chain, or one of another version")
        }
        lines.removeFirst()
        guard let end = lines.popLast()??.end else { return faults.append("its last line is missing") }
        for line in lines {
            if let record = line?.entry?.record, checkpoints.isEmpty {
                records.append(record)
            } else if let checkpoint = line?.checkpoint {
                checkpoints.append(checkpoint.checkpoint)
            } else {
                faults.append("a line of it isn't what was written there")
            }
        }
        if end.entries != records.count || end.checkpoints != checkpoints.count || end.hash != records.last?.hash.hex {
            faults.append("it doesn't hold what its last line says")
        }
    }

    private mutating func judge() {
        var stretch: [AuditRecord] = []
        var unplaced = checkpoints.count
        for record in records {
            if let last = stretch.last, record.seq != last.seq + 1 {
                if record.seq <= last.seq { faults.append("entry \(record.seq) stands after entry \(last.seq)") }
                unplaced -= judge(stretch)
                stretch = []
            }
            stretch.append(record)
        }
        if !stretch.isEmpty { unplaced -= judge(stretch) }
        if unplaced != 0 { faults.append("a checkpoint is about none of its entries") }
    }

    /// - Returns: how many checkpoints are about the stretch.
    private mutating func judge(_ stretch: [AuditRecord]) -> Int {
        guard let first = stretch.first, let last = stretch.last else { return 0 }
        stretches += 1
        let own = checkpoints.filter { (first.seq...last.seq).contains($0.name.seq) }
        let before = first.seq == 1 ? nil : AuditVerifier.Link(seq: first.seq - 1, hash: first.previous)
        var verifier = AuditVerifier(keys: keys, checkpoints: own, startingAfter: before)
        for record in stretch { verifier.take(record) }
        let report = verifier.finish(head: AuditHead(seq: last.seq, at: last.at, hash: last.hash))
        faults += report.findings.map(\.message)
        if report.isSound, report.signedThrough != last.seq {
            faults.append("no signed checkpoint vouches for entry \(last.seq)")
        }
        return own.count
    }
}
