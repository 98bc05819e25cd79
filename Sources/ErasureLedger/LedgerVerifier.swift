internal import ObjectStore
internal import RightsCore

/// Judges a ledger without changing it: every line's form and code, the chain, the numbers, the files.
package enum LedgerVerifier {
    /// Judges the ledger in a folder; nil when none was begun there.
    ///
    /// - Parameters:
    ///   - key: without it everything but the codes is judged.
    ///   - known: an entry that somebody remembers, so that a ledger cut at its end is found.
    /// - Throws: `ErasureLedgerError` when it can't be read.
    package static func verify(
        folder path: String, key: LedgerKey?, known: LedgerHead = .none
    ) throws -> LedgerReport? {
        let folder = LedgerFolder(path: path)
        guard try folder.isThere else { return nil }
        // Nobody appends while the lengths are noted; what is appended later isn't looked at.
        let (files, torn, expiry) = try folder.held { () throws in
            let (contents, expiry) = (try folder.contents(), try folder.expiry(key))
            // What a crash left of what expired isn't part of the ledger any more.
            let firsts = contents.firsts.filter { $0 > expiry.says.until.seq }
            return (try firsts.map { try OpenFile(folder.path(first: $0), first: $0) }, contents.torn, expiry)
        }
        guard !files.isEmpty || !torn.isEmpty || expiry.says != .none || expiry.problem != nil else { return nil }
        var pass = Pass(key: key, known: known)
        pass.begin(after: expiry.says, expiry.problem)
        for (index, file) in files.enumerated() { try pass.take(file, isLast: index == files.count - 1) }
        return pass.finish(torn: torn)
    }

    /// Judges one file of a ledger alone: its header's word is taken for what went before.
    ///
    /// - Throws: `ErasureLedgerError` when it can't be read.
    package static func verify(file path: String, key: LedgerKey?) throws -> LedgerReport {
        let file = try OpenFile(path, first: nil)
        var pass = Pass(key: key, known: .none)
        try pass.take(file, isLast: true)
        return pass.finish(torn: [])
    }

    /// Whether a file that begins so is one of a ledger, of whatever version.
    package static func recognises(_ beginning: [UInt8]) -> Bool {
        let line = Array(beginning.prefix { $0 != LedgerLine.newline })
        return CanonicalObject(line)?.text("format")?.hasPrefix("habeas-erasure-ledger-") ?? false
    }

    /// A file with the length it had when nobody appended.
    private struct OpenFile {
        let name: String
        /// The number in its name; nil when its name says nothing.
        let first: Int?
        let file: AppendFile
        let bytes: Int

        init(_ path: String, first: Int?) throws(ErasureLedgerError) {
            name = path.split(separator: "/").last.map(String.init) ?? path
            self.first = first
            do {
                file = try AppendFile(path, for: .reading)
                bytes = try file.facts().bytes
            } catch { throw ErasureLedgerError(reading: error) }
        }
    }

    private struct Pass {
        private let key: LedgerKey?
        private let known: LedgerHead
        private var follower: ChainFollower
        private var open: Set<ErasureRunID> = []
        private var report: LedgerReport

        init(key: LedgerKey?, known: LedgerHead) {
            self.key = key
            self.known = known
            follower = ChainFollower(key: key)
            report = LedgerReport(hasKey: key != nil)
        }

        /// Takes what is said of what expired.
        mutating func begin(after expiry: LedgerExpiry, _ problem: ChainFollower.Problem?) {
            if let problem { report.add(problem.code, problem.words, file: LedgerExpiry.name) }
            follower = ChainFollower(key: key, after: expiry)
            report.expired = expiry
            report.head = expiry.until
            if expiry.until.seq == known.seq, expiry.until != known {
                report.add(.headMissing, "entry \(known.seq) isn't the one that is known", file: LedgerExpiry.name)
            }
        }

        mutating func take(_ file: OpenFile, isLast: Bool) throws {
            report.files += 1
            var reader = LineReader(file.file, to: file.bytes)
            guard let header = try reader.next() else {
                return report.add(.unreadable, "the file is empty", file: file.name)
            }
            takeHeader(header, of: file)
            while let line = try reader.next() {
                if isLast && line.isTorn(endingAt: file.bytes) {
                    report.add(
                        .torn, "a crash left half a line; the next erasure moves it aside", file: file.name,
                        line: line.number)
                } else {
                    takeEntry(line, of: file)
                }
            }
        }

        private mutating func takeHeader(_ line: LineReader.Line, of file: OpenFile) {
            let header = CanonicalObject(line.bytes).flatMap(LedgerLine.header)
            if file.first == nil, let header { follower = ChainFollower(key: key, before: header) }
            let first = file.first ?? header?.first ?? 1
            let problems = follower.takeHeader(line.bytes, first: first)
            for problem in problems {
                if problem.code == .fileMissing, report.files == 1, report.expired != .none {
                    report.add(problem.code, report.expired.gap(before: first), file: LedgerExpiry.name)
                } else {
                    report.add(problem.code, problem.words, file: file.name, line: line.number)
                }
            }
            // One gap is told once.
            if !problems.isEmpty { follower.resume(at: first) }
        }

        private mutating func takeEntry(_ line: LineReader.Line, of file: OpenFile) {
            let (entry, problems) = follower.takeEntry(line.bytes)
            for problem in problems { report.add(problem.code, problem.words, file: file.name, line: line.number) }
            if !line.isEnded { report.add(.torn, "the line feed is missing", file: file.name, line: line.number) }
            guard let entry else { return }
            report.entries += 1
            report.first = report.first ?? entry.seq
            report.from = report.from ?? entry.at
            report.to = entry.at
            report.head = follower.head
            note(entry)
            if entry.seq == known.seq && entry.hash != known.hash {
                report.add(
                    .headMissing, "entry \(entry.seq) isn't the one that is known", file: file.name, line: line.number)
            }
        }

        private mutating func note(_ entry: LedgerEntry) {
            switch entry.content.event {
            case .intent: open.insert(entry.content.run)
            case .confirmed, .aborted: open.remove(entry.content.run)
            case .productDeletion, .holdPlaced, .holdReleased, .suppressed, .suppressionLifted, .retentionPurged,
                .databaseReplayed:
                break
            }
        }

        consuming func finish(torn: [String]) -> LedgerReport {
            if report.files == 0, report.expired != .none {
                report.add(.fileMissing, report.expired.gap(before: nil), file: LedgerExpiry.name)
            }
            if report.head.seq < known.seq {
                report.add(
                    .headMissing,
                    "the ledger ends with entry \(report.head.seq); entry \(known.seq) is known to have been there")
            }
            report.openIntents = open.count
            report.tornFiles = torn
            return report
        }
    }
}

extension LineReader.Line {
    /// Whether a crash can have left this at a file's end: the beginning of a line, or one with sectors that never reached
    /// the disk. Anything else was whole once, and was changed since.
    func isTorn(endingAt fileEnd: Int) -> Bool {
        guard end == fileEnd else { return false }
        return hasLostSectors(fileEnd) || (!isEnded && !bytes.contains(UInt8(ascii: "}")))
    }

    /// A sector that was never written reads as zeros, from its beginning or the line's to its end or the file's.
    private func hasLostSectors(_ fileEnd: Int) -> Bool {
        let sector = 512
        var isLost = false
        var place = bytes.startIndex
        while let start = bytes[place...].firstIndex(of: 0) {
            let stop = bytes[start...].firstIndex { $0 != 0 } ?? bytes.endIndex
            let (from, to) = (offset + start, offset + stop)
            guard from == offset || from % sector == 0, to == fileEnd || to % sector == 0 else { return false }
            isLost = true
            place = stop
        }
        return isLost
    }
}
