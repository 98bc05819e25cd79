internal import RightsCore

/// Judges an export of the chain, offline. The file is read twice, a line at a time: first for its checkpoints, which stand
/// at the end, then for its entries.
package enum AuditExportVerifier {
    /// Lends the file's bytes from the beginning, piece by piece.
    package typealias Reading = (_ body: ([UInt8]) throws -> Void) throws -> Void

    /// Whether a file that begins so is an export.
    package static func recognises(_ beginning: [UInt8]) -> Bool {
        guard beginning.first == UInt8(ascii: "{"), let end = beginning.firstIndex(of: UInt8(ascii: "\n")) else {
            return false
        }
        return AuditExport.parse(Array(beginning[..<end]))?.header?.format.hasPrefix("habeas-audit-export-") ?? false
    }

    /// Judges an export.
    ///
    /// - Parameter keys: raw bytes of the published keys. The keys in the file itself are never believed.
    /// - Throws: `AuditError.notAnExport`, and what `reading` throws.
    package static func verify(keys: [[UInt8]], reading: Reading) throws -> AuditReport {
        var verifier = AuditVerifier(keys: keys, checkpoints: try checkpoints(reading))
        verifier.demandSignedEnd()
        var pass = Pass(verifier: verifier)
        var lines = Lines()
        try reading { piece in for line in try lines.take(piece) { try pass.take(line) } }
        for line in lines.last { try pass.take(line) }
        return try pass.finish()
    }

    /// Lends the entries of an export, in order. Whether they are sound is for ``verify(keys:reading:)`` to say.
    package static func forEachRecord(
        _ reading: @escaping Reading, _ body: (AuditRecord) throws -> Void
    ) throws {
        var lines = Lines()
        try reading { piece in
            for line in try lines.take(piece) {
                if let record = AuditExport.parse(line)?.entry?.record { try body(record) }
            }
        }
        for line in lines.last {
            if let record = AuditExport.parse(line)?.entry?.record { try body(record) }
        }
    }

    private static func checkpoints(_ reading: Reading) throws -> [AuditCheckpoint] {
        var checkpoints: [AuditCheckpoint] = []
        var lines = Lines()
        let entryStart = Array(#"{"entry":"#.utf8)
        try reading { piece in
            for line in try lines.take(piece) where !line.starts(with: entryStart) {
                if let checkpoint = AuditExport.parse(line)?.checkpoint { checkpoints.append(checkpoint.checkpoint) }
            }
        }
        return checkpoints
    }

    /// The state of the second reading.
    private struct Pass {
        var verifier: AuditVerifier
        private var hasHeader = false
        private var entries = 0
        private var checkpoints = 0
        private var end: AuditExport.Line.End?

        init(verifier: AuditVerifier) { self.verifier = verifier }

        mutating func take(_ bytes: [UInt8]) throws {
            let line = AuditExport.parse(bytes)
            guard hasHeader else { return try begin(line) }
            if end != nil {
                verifier.addDamage("something follows the last line of the export")
            } else if let record = line?.entry?.record, checkpoints == 0 {
                entries += 1
                verifier.take(record)
            } else if line?.checkpoint != nil {
                checkpoints += 1
            } else if let last = line?.end {
                end = last
            } else {
                verifier.addDamage("a line of the export isn't what was written there")
            }
        }

        private mutating func begin(_ line: AuditExport.Line?) throws {
            guard let header = line?.header else {
                throw AuditError(.notAnExport, "the file isn't an export of the audit chain")
            }
            guard header.format == AuditExport.Line.Header.currentFormat else {
                throw AuditError(
                    .notAnExport, "the export is of another version than this program reads",
                    hint: "verify it with the version of habeas that made it, or a later one")
            }
            hasHeader = true
        }

        mutating func finish() throws -> AuditReport {
            guard hasHeader else { throw AuditError(.notAnExport, "the file is empty") }
            guard let end, let hash = [UInt8](hex: end.hash) else {
                verifier.addDamage("the export is cut off: its last line is missing")
                return verifier.finish(head: nil)
            }
            if end.entries != entries || end.checkpoints != checkpoints {
                verifier.addDamage("the export doesn't hold as many entries and checkpoints as its last line says")
            }
            return verifier.finish(head: AuditHead(seq: end.seq, at: Instant(microseconds: end.at), hash: hash))
        }
    }

    /// Cuts pieces of a file into lines.
    private struct Lines {
        private static let longest = 1 << 20
        private var rest: [UInt8] = []

        /// The lines that end in the next piece.
        mutating func take(_ piece: [UInt8]) throws -> [[UInt8]] {
            var lines = piece.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { Array($0) }
            let tail = lines.popLast() ?? []
            if !lines.isEmpty {
                lines[0] = rest + lines[0]
                rest = []
            }
            rest += tail
            guard rest.count <= Self.longest else {
                throw AuditError(
                    .notAnExport, "the file isn't an export of the audit chain: a line has more than 1 MiB")
            }
            return lines
        }

        /// What follows the last line's end.
        var last: [[UInt8]] { rest.isEmpty ? [] : [rest] }
    }
}
