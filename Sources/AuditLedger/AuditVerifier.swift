package import RightsCore

/// Judges a chain, entry by entry, against its checkpoints. It keeps one entry in memory, and the checkpoints.
package struct AuditVerifier: Sendable {
    /// An entry that the chain goes on from.
    package struct Link: Sendable {
        /// Its number.
        package let seq: Int
        /// Its hash.
        package let hash: [UInt8]
        /// Its time; nil when that isn't known.
        package let at: Instant?

        /// A link by its parts.
        package init(seq: Int, hash: [UInt8], at: Instant? = nil) {
            self.seq = seq
            self.hash = hash
            self.at = at
        }
    }

    private let keys: PublishedKeys
    /// What checkpoints state, by entry.
    private var statements: [Int: [AuditCheckpoint.Statement]] = [:]
    private var last: Link?
    private var report = AuditReport()

    /// A verifier of a chain.
    ///
    /// - Parameters:
    ///   - keys: raw bytes of the published keys; without any, signatures are not checked and the report says so.
    ///   - checkpoints: those recorded beside the chain.
    ///   - copies: those of the object store; nil when they aren't looked at.
    ///   - base: the entry before the first one to come, when the chain isn't read from its beginning.
    package init(
        keys: [[UInt8]], checkpoints: [AuditCheckpoint], copies: [AuditCheckpoint]? = nil,
        startingAfter base: Link? = nil
    ) {
        self.keys = PublishedKeys(keys)
        last = base
        report.hasKeys = !keys.isEmpty
        let recorded = Set(checkpoints)
        for checkpoint in checkpoints { admit(checkpoint, "the checkpoint") }
        if let copies { admit(copies: copies, recorded) }
    }

    // MARK: checkpoints

    private mutating func admit(copies: [AuditCheckpoint], _ recorded: Set<AuditCheckpoint>) {
        let names = Set(recorded.map(\.name))
        for copy in copies where !recorded.contains(copy) {
            admit(copy, "the object store's copy of the checkpoint")
            guard !names.contains(copy.name) else { continue }
            report.add(
                copy.name.seq, .checkpointRemoved,
                "the \(copy.name.kind.rawValue) checkpoint of entry \(copy.name.seq) was copied to the object store and "
                    + "is no longer in the database")
        }
        report.notCopied = names.subtracting(copies.map(\.name)).count
    }

    private mutating func admit(_ checkpoint: AuditCheckpoint, _ what: String) {
        report.checkpoints += 1
        let seq = checkpoint.name.seq
        guard let statement = checkpoint.statement else {
            return report.add(
                seq, .checkpointAltered, "\(what) of entry \(seq) isn't what any version of this program writes")
        }
        if report.hasKeys {
            guard keys.has(statement.key) else {
                return report.add(
                    seq, .checkpointAltered,
                    "\(what) of entry \(seq) names a key that isn't published: \(statement.key)")
            }
            guard keys.signed(checkpoint.document, checkpoint.signature, by: statement.key) else {
                return report.add(
                    seq, .checkpointAltered, "\(what) of entry \(seq) isn't what the key \(statement.key) signed")
            }
        }
        statements[seq, default: []].append(statement)
    }

    // MARK: entries

    /// Checks the next entry.
    package mutating func take(_ record: AuditRecord) {
        report.entries += 1
        report.first = report.first ?? record.seq
        report.from = report.from ?? record.at
        if let last {
            checkFollows(record, last)
        } else {
            checkBegins(record)
        }
        if record.computedHash != record.hash {
            report.add(
                record.seq, .altered, "entry \(record.seq) was altered: its hash isn't that of its content")
        }
        checkStatements(record)
        if record.seq > last?.seq ?? .min { last = Link(seq: record.seq, hash: record.hash, at: record.at) }
        report.last = last?.seq
        report.to = last?.at
    }

    private mutating func checkFollows(_ record: AuditRecord, _ last: Link) {
        guard record.seq > last.seq else {
            return report.add(
                record.seq, .surplus, "entry \(record.seq) stands after entry \(last.seq)")
        }
        guard record.seq == last.seq + 1 else { return addMissing(last.seq + 1, before: record.seq) }
        if record.previous != last.hash {
            report.add(
                record.seq, .unlinked,
                "entry \(record.seq) names another hash than that of entry \(last.seq): one of them isn't what it was")
        }
        if let before = last.at, record.at < before {
            report.add(record.seq, .backwards, "entry \(record.seq) is older than entry \(last.seq)")
        }
    }

    /// The chain begins with entry 1, or right after a signed pruning with the hash that it names.
    private mutating func checkBegins(_ record: AuditRecord) {
        guard record.seq != 1 else {
            if record.previous != AuditRecord.beginning {
                report.add(1, .unlinked, "entry 1 names an entry before it")
            }
            return
        }
        guard record.seq > 1 else {
            return report.add(record.seq, .surplus, "there is no entry \(record.seq) in any chain")
        }
        let prunings = (statements[record.seq - 1] ?? []).filter { $0.kind == .pruned }
        guard !prunings.isEmpty else { return addMissing(lastPruned(before: record.seq) + 1, before: record.seq) }
        guard prunings.allSatisfy({ $0.hash == record.previous.hex }) else {
            return report.add(
                record.seq, .unlinked,
                "entry \(record.seq) names another hash than the signed checkpoint of the pruning before it")
        }
        report.signedThrough = record.seq - 1
    }

    /// Where the last signed pruning below a number ended; 0 when there was none.
    private func lastPruned(before seq: Int) -> Int {
        statements.filter { $0.key < seq && $0.value.contains { $0.kind == .pruned } }.map(\.key).max() ?? 0
    }

    private mutating func addMissing(_ first: Int, before next: Int) {
        report.add(
            first, .missing,
            first == next - 1 ? "entry \(first) is missing" : "the entries \(first) to \(next - 1) are missing")
    }

    private mutating func checkStatements(_ record: AuditRecord) {
        guard let claims = statements[record.seq] else { return }
        guard claims.allSatisfy({ $0.hash == record.hash.hex }) else {
            let since =
                report.signedThrough.map { "an entry after \($0), up to this one," } ?? "an entry up to this one"
            return report.add(
                record.seq, .rewritten,
                "entry \(record.seq) isn't the one a checkpoint was signed for: \(since) was rewritten")
        }
        report.signedThrough = record.seq
    }

    // MARK: end

    /// Notes what is wrong with the file that the entries come from.
    mutating func addDamage(_ message: String) { report.add((last?.seq ?? 0) + 1, .exportDamaged, message) }

    /// Says that an unsigned tail leaves the judgement incomplete.
    mutating func demandSignedEnd() { report.mustEndSigned = true }

    /// Checks the chain's end and gives what was found.
    ///
    /// - Parameter head: what the database remembers as the end; nil when it forgot.
    package mutating func finish(head: AuditHead?) -> AuditReport {
        checkEnd(head)
        checkBeyond(last?.seq ?? head?.seq ?? 0)
        return report
    }

    private mutating func checkEnd(_ head: AuditHead?) {
        let end = last?.seq ?? 0
        guard let head else {
            return report.add(end, .headDiffers, "the database has forgotten where the chain ends")
        }
        guard let last else { return checkEmpty(head) }
        if head.seq > last.seq {
            addMissing(last.seq + 1, before: head.seq + 1)
        } else if head.seq < last.seq, report.entries == 0 {
            addMissing(head.seq + 1, before: last.seq + 1)
        } else if head.seq < last.seq {
            report.add(head.seq + 1, .surplus, "entry \(head.seq + 1) stands after the chain's end")
        } else if head.hash != last.hash || last.at.map({ $0 != head.at }) ?? false {
            report.add(last.seq, .headDiffers, "the database remembers another entry \(last.seq) as the chain's end")
        }
    }

    /// No entry is there: none ever was, or all were pruned.
    private mutating func checkEmpty(_ head: AuditHead) {
        guard head.seq > 0 else { return }
        let prunings = (statements[head.seq] ?? []).filter { $0.kind == .pruned && $0.hash == head.hash.hex }
        if prunings.isEmpty { addMissing(lastPruned(before: head.seq) + 1, before: head.seq + 1) }
    }

    private mutating func checkBeyond(_ end: Int) {
        guard let named = statements.keys.max(), named > end else { return }
        report.add(
            end + 1, .missing,
            "the entries \(end + 1) to \(named) at least are missing: a signed checkpoint names entry \(named)")
    }
}
