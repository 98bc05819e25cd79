internal import ObjectStore
package import RightsCore

extension ErasureLedger {
    // MARK: what is known

    /// How far the ledger goes now, whoever appended last.
    package func head() throws -> LedgerHead {
        try folder.held { try catchUp() }
        return follower.head
    }

    /// Makes sure that an entry which a database knows is there.
    ///
    /// - Throws: `ErasureLedgerError.rewound` when it isn't.
    package func check(_ known: LedgerHead) throws {
        guard known.seq > 0 else { return }
        try folder.held { try catchUp() }
        // What expired can't be compared any more, but for its last entry.
        if known.seq < expired.until.seq { return }
        let head = follower.head
        guard known.seq <= head.seq else {
            throw ErasureLedgerError.rewound(
                "the erasure ledger in \(folder.path) ends with entry \(head.seq), but entry \(known.seq) is known to have "
                    + "been there")
        }
        let end = [head, expired.until].first { $0.seq == known.seq }
        let hash = try end?.hash ?? page(nil, from: known.seq, size: 1)?.entries.first?.hash
        guard hash == known.hash else {
            throw ErasureLedgerError.rewound(
                "entry \(known.seq) of the erasure ledger in \(folder.path) isn't the one that is known")
        }
    }

    /// What of the beginning expired.
    package func expiry() throws -> LedgerExpiry {
        try folder.held { try catchUp() }
        return expired
    }

    /// The entry of a run and event; nil when there is none.
    package func entry(of run: ErasureRunID, _ event: LedgerEvent) throws -> LedgerEntry? {
        try folder.held { try catchUp() }
        return try entry(run, event)
    }

    /// The intents that have neither a confirmation nor an end, in order: what a crash may have left undecided.
    package func openIntents() throws -> [LedgerEntry] {
        try folder.held { try catchUp() }
        return try index.openRuns.compactMap { try entry($0, .intent) }
    }

    /// The entry at the place that the index has; its line is judged again.
    func entry(_ run: ErasureRunID, _ event: LedgerEvent) throws -> LedgerEntry? {
        guard let place = index.place(run, event) else { return nil }
        let line: [UInt8]
        do {
            line = try AppendFile(folder.path(first: place.file), for: .reading).read(
                at: place.offset, atMost: place.length)
        } catch { throw ErasureLedgerError(reading: error) }
        guard let object = CanonicalObject(line), key.accepts(object),
            let entry = LedgerLine.entry(object, line: line), entry.content.run == run, entry.content.event == event
        else { throw damaged(place.file, nil, "an entry of the run \(run) isn't what was written there") }
        return entry
    }

    // MARK: pages

    /// The entries from a number on, as far as the ledger goes when the first page is asked for. What expires while they
    /// are read is read all the same: all that is given was true at one moment.
    package nonisolated func entries(from seq: Int = 1) -> LedgerPages { LedgerPages(ledger: self, from: seq) }

    /// The next page; nil at the end.
    func page(
        _ cursor: LedgerCursor?, from seq: Int, size: Int
    ) throws -> (entries: [LedgerEntry], next: LedgerCursor)? {
        guard
            var cursor = try cursor
                ?? folder.held({
                    try catchUp()
                    return try beginning(at: seq)
                })
        else { return nil }
        var entries: [LedgerEntry] = []
        while entries.count < size, cursor.follower.next <= cursor.through {
            try read(&cursor, from: seq, into: &entries, size: size)
        }
        return entries.isEmpty ? nil : (entries, cursor)
    }

    /// The folder is held, and what others appended was read.
    private func beginning(at seq: Int) throws -> LedgerCursor? {
        let through = follower.head.seq
        guard seq <= through, through > expired.until.seq, let file = files.last(where: { $0 <= seq }) ?? files.first
        else { return nil }
        var open: [Int: AppendFile] = [:]
        for first in files where first >= file { open[first] = try opened(first) }
        guard let reading = open[file] else { preconditionFailure("the file was just opened") }
        var reader = LineReader(reading, to: try length(of: reading))
        guard let line = try reader.next(), let header = CanonicalObject(line.bytes).flatMap(LedgerLine.header) else {
            throw damaged(file, 1, "it isn't a header of this ledger")
        }
        return LedgerCursor(
            follower: ChainFollower(key: key, before: header), through: through, file: file, open: open)
    }

    /// Has a survey take what was appended since. The folder is held, and what others appended was read.
    func readOn(_ survey: inout LedgerSurvey) throws {
        guard var cursor = try beginning(at: survey.next) else { return }
        while cursor.follower.next <= cursor.through {
            var entries: [LedgerEntry] = []
            try read(&cursor, from: survey.next, into: &entries, size: 256)
            for entry in entries { survey.take(entry) }
        }
    }

    /// Reads on in the cursor's file until the page is full, the file ends, or the last entry to read was read.
    private func read(
        _ cursor: inout LedgerCursor, from seq: Int, into entries: inout [LedgerEntry], size: Int
    ) throws {
        guard let file = cursor.open[cursor.file] else { throw damaged(cursor.file, nil, "the file is missing") }
        var reader = LineReader(file, from: cursor.offset, line: cursor.line, to: try length(of: file))
        while entries.count < size, cursor.follower.next <= cursor.through {
            guard let line = try reader.next() else { return try turn(&cursor) }
            let entry = try take(line, &cursor)
            if let entry, entry.seq >= seq { entries.append(entry) }
        }
    }

    private func take(_ line: LineReader.Line, _ cursor: inout LedgerCursor) throws -> LedgerEntry? {
        let problem: ChainFollower.Problem?
        var entry: LedgerEntry?
        if line.number == 1 {
            problem = cursor.follower.takeHeader(line.bytes, first: cursor.file).first
        } else {
            let taken = cursor.follower.takeEntry(line.bytes)
            (entry, problem) = (taken.entry, taken.problems.first)
        }
        if let problem { throw failure(problem, cursor.file, line.number) }
        cursor.offset = line.end
        cursor.line = line.number + 1
        return entry
    }

    /// Goes to the next file, which must be there: entries of it are still to come.
    private func turn(_ cursor: inout LedgerCursor) throws {
        let next = cursor.follower.next
        guard next != cursor.file else { throw damaged(cursor.file, nil, "its end is missing") }
        cursor.open[cursor.file] = nil
        cursor = LedgerCursor(follower: cursor.follower, through: cursor.through, file: next, open: cursor.open)
    }

    private func opened(_ first: Int) throws(ErasureLedgerError) -> AppendFile {
        do { return try AppendFile(folder.path(first: first), for: .reading) } catch {
            if error.reason == .missing { throw damaged(first, nil, "the file is missing") }
            throw ErasureLedgerError(reading: error)
        }
    }
}

/// Where reading goes on.
struct LedgerCursor: Sendable {
    var follower: ChainFollower
    /// The last entry to read.
    let through: Int
    /// The first number of the file.
    let file: Int
    /// It and those after it, open: what expires while it is read can be read to its end.
    var open: [Int: AppendFile]
    var offset = 0
    var line = 1
}

/// A ledger's entries, a page at a time: the chain and every code are judged as they are read.
package struct LedgerPages: AsyncSequence, Sendable {
    private static let size = 256
    let ledger: ErasureLedger
    let from: Int

    /// Reads page after page.
    package struct AsyncIterator: AsyncIteratorProtocol {
        let ledger: ErasureLedger
        let from: Int
        var cursor: LedgerCursor?

        /// The next page; nil at the end.
        package mutating func next() async throws -> [LedgerEntry]? {
            guard let page = try await ledger.page(cursor, from: from, size: LedgerPages.size) else { return nil }
            cursor = page.next
            return page.entries
        }
    }

    package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(ledger: ledger, from: from) }
}
