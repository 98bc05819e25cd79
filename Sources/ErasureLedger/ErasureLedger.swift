// ErasureLedger: what was erased, remembered outside the database it was erased from.
//
// Owns the append-only files, their chain and their authentication. It must never hold personal data, nor lie in the
// database it repairs.

internal import ObjectStore
internal import PostgresAccess
package import RightsCore

/// The ledger in a folder: appended to by any number of processes, one at a time, and never changed; at its front whole
/// files expire.
///
/// Whatever an operation returns is durable. It blocks on the disk, on a thread of its own.
package actor ErasureLedger {
    /// How large a file grows before the next one is begun.
    package static let fileLimit = 64 << 20

    private let home = OwnQueue("habeas.erasure-ledger")
    package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe home.asUnownedSerialExecutor() }

    let folder: LedgerFolder
    let key: LedgerKey
    private let fileLimit: Int
    /// The first numbers of all files.
    var files: [Int] = []
    private var tail: Tail?
    var follower: ChainFollower
    var index = RunIndex()
    /// What of the beginning expired.
    private(set) var expired = LedgerExpiry.none
    /// What was done about torn ends since this was opened.
    package private(set) var recoveries: [LedgerRecovery] = []

    /// The file that is appended to, as far as it was read.
    private struct Tail {
        let first: Int
        let file: AppendFile
        var bytes: Int
        var lines: Int
        /// When its first entry was appended.
        var began: Instant?

        /// Whether an entry of that moment begins the next file. Files end with the month, so that they can expire as a
        /// whole. A clock that is behind ends none: else two clocks would make a file of each entry.
        func isOver(at now: Instant, limit: Int) -> Bool {
            guard bytes < limit else { return true }
            guard let (month, year) = (began?.utcDate).map({ ($0.month, $0.year) }) else { return false }
            return (now.utcDate.year, now.utcDate.month) > (year, month)
        }
    }

    // MARK: opening

    /// Opens the ledger in a folder, reads it whole, and mends what a crash left at its end. Where nothing is, and nothing
    /// is known to have been, it is begun.
    ///
    /// - Parameters:
    ///   - known: the highest entry that a database knows of.
    ///   - fileLimit: how large a file grows.
    /// - Throws: `ErasureLedgerError`; `.rewound` when the known entry isn't there.
    package static func open(
        folder: String, key: LedgerKey, known: LedgerHead = .none, fileLimit: Int = ErasureLedger.fileLimit
    ) async throws -> ErasureLedger {
        let ledger = ErasureLedger(folder: folder, key: key, fileLimit: fileLimit)
        try await ledger.start(known)
        return ledger
    }

    private init(folder: String, key: LedgerKey, fileLimit: Int) {
        self.folder = LedgerFolder(path: folder)
        self.key = key
        self.fileLimit = fileLimit
        follower = ChainFollower(key: key)
    }

    private func start(_ known: LedgerHead) throws {
        if try !folder.isThere {
            guard known.seq == 0 else { throw lost(known) }
            try folder.make()
        }
        try folder.held {
            let expiry = try readExpiry()
            let contents = try folder.contents()
            if contents.firsts.isEmpty {
                // Where a crash left half a line, or something expired, there was a ledger.
                guard known.seq == 0, contents.torn.isEmpty, expiry == .none else { throw lost(known) }
                try beginFile()
            }
            try openFiles(after: expiry)
            // A crash came before they were gone.
            try folder.remove(contents.firsts.filter { $0 <= expiry.until.seq })
        }
        try check(known)
    }

    private func lost(_ known: LedgerHead) -> ErasureLedgerError {
        ErasureLedgerError.rewound(
            "there is no erasure ledger in \(folder.path)"
                + (known.seq > 0
                    ? ", but entry \(known.seq) is known to have been there" : ", only what was left of one"))
    }

    // MARK: appending

    /// An entry, and whether it was appended now.
    package struct Appended: Sendable, Hashable {
        /// The entry.
        package let entry: LedgerEntry
        /// False when the run had it before.
        package let isNew: Bool
    }

    /// Appends an entry, durably. A run has one entry of each event: a second draft gets the first one's entry.
    ///
    /// - Throws: `ErasureLedgerError`; then nothing was appended, and the next attempt may succeed.
    package func append(_ draft: LedgerDraft, at now: Instant) throws -> Appended {
        try folder.held {
            try catchUp()
            return try appendHeld(draft, at: now)
        }
    }

    /// The folder is held, and what others appended was read.
    func appendHeld(_ draft: LedgerDraft, at now: Instant) throws -> Appended {
        try index.admit(draft.event, of: draft.run)
        if let entry = try entry(draft.run, draft.event) {
            try Self.requireAgreement(draft, entry)
            return Appended(entry: entry, isNew: false)
        }
        if draft.event == .confirmed || draft.event == .aborted, let intent = try entry(draft.run, .intent) {
            try Self.requireSameMatter(draft, intent)
        }
        return Appended(entry: try write(draft, at: now), isNew: true)
    }

    private static func requireAgreement(_ draft: LedgerDraft, _ entry: LedgerEntry) throws(ErasureLedgerError) {
        guard draft.agrees(with: entry.content) else { throw conflict(draft, entry) }
    }

    private static func requireSameMatter(_ draft: LedgerDraft, _ intent: LedgerEntry) throws(ErasureLedgerError) {
        let begun = intent.content
        guard draft.store == begun.store, draft.subject == begun.subject, draft.record == begun.record else {
            throw conflict(draft, intent)
        }
    }

    private static func conflict(_ draft: LedgerDraft, _ entry: LedgerEntry) -> ErasureLedgerError {
        ErasureLedgerError(
            .conflict,
            "entry \(entry.seq) of the erasure ledger, \(entry.content.event.rawValue) of the run \(draft.run), is about "
                + "something else than the \(draft.event.rawValue) to append",
            hint: "one run is one step on one person or record; use a new run")
    }

    private func write(_ draft: LedgerDraft, at now: Instant) throws -> LedgerEntry {
        if let tail, tail.isOver(at: now, limit: fileLimit), tail.first != follower.next { try beginNextFile() }
        guard let tail else { preconditionFailure("an open ledger has a last file") }
        let line = LedgerLine.line(seq: follower.next, at: now, draft, previous: follower.last, key: key)
        var trial = follower
        guard let entry = trial.takeEntry(line).entry, entry.content == draft, entry.at == now else {
            throw ErasureLedgerError(.badEntry, "the entry can't be written in the form of the erasure ledger")
        }
        do { try tail.file.append(line + [LedgerLine.newline], at: tail.bytes) } catch {
            throw ErasureLedgerError(appending: error)
        }
        follower = trial
        note(entry, length: line.count)
        return entry
    }

    private func note(_ entry: LedgerEntry, length: Int) {
        guard let place = tail else { return }
        index.note(entry, at: RunIndex.Place(file: place.first, offset: place.bytes, length: length))
        tail?.bytes += length + 1
        tail?.lines += 1
        if tail?.began == nil { tail?.began = entry.at }
    }

    // MARK: files

    private func beginFile() throws {
        let header = LedgerLine.Header(first: follower.next, keyID: key.id, previous: follower.last)
        let line = LedgerLine.line(header, key: key)
        do { try AppendFile.create(folder.path(first: header.first), with: line + [LedgerLine.newline]) } catch {
            throw ErasureLedgerError(appending: error)
        }
    }

    private func beginNextFile() throws {
        try beginFile()
        try openFile(follower.next, isLast: true)
    }

    private func openFile(_ first: Int, isLast: Bool) throws {
        let file: AppendFile
        do { file = try AppendFile(folder.path(first: first), for: isLast ? .appending : .reading) } catch {
            throw isLast ? ErasureLedgerError(appending: error) : ErasureLedgerError(reading: error)
        }
        let bytes = try length(of: file)
        var reader = LineReader(file, to: bytes)
        guard let header = try reader.next(), header.isEnded else {
            throw damaged(first, nil, "it has no whole header")
        }
        var trial = follower
        if let problem = trial.takeHeader(header.bytes, first: first).first {
            guard problem.code == .fileMissing, files.isEmpty, expired != .none else {
                throw failure(problem, first, header.number)
            }
            throw ErasureLedgerError(damagedIn: folder.expiryPath, line: nil, expired.gap(before: first))
        }
        follower = trial
        files.append(first)
        tail = Tail(first: first, file: file, bytes: header.end, lines: 1)
        try readOn(isLast: isLast)
    }

    func length(of file: AppendFile) throws(ErasureLedgerError) -> Int {
        do { return try file.facts().bytes } catch { throw ErasureLedgerError(reading: error) }
    }

    /// Reads what the last file holds beyond what was read.
    private func readOn(isLast: Bool) throws {
        guard let tail else { return }
        let bytes = try length(of: tail.file)
        var reader = LineReader(tail.file, from: tail.bytes, line: tail.lines + 1, to: bytes)
        while let line = try reader.next() {
            if isLast && line.isTorn(endingAt: bytes) { return try moveAside(line, of: tail.file) }
            if !line.isEnded && (!isLast || line.end != bytes) {
                throw damaged(tail.first, line.number, "it has no end")
            }
            let entry = try take(line, of: tail.first)
            if !line.isEnded { try complete(entry, in: tail.file, at: line.end) }
            note(entry, length: line.bytes.count)
        }
    }

    private func take(_ line: LineReader.Line, of first: Int) throws -> LedgerEntry {
        var trial = follower
        let (entry, problems) = trial.takeEntry(line.bytes)
        if let problem = problems.first { throw failure(problem, first, line.number) }
        guard let entry else { preconditionFailure("a line without an entry is a problem") }
        follower = trial
        return entry
    }

    // MARK: mending

    /// Its code is right, so it was written: a crash came before the line feed.
    private func complete(_ entry: LedgerEntry, in file: AppendFile, at end: Int) throws {
        do { try file.append([LedgerLine.newline], at: end) } catch { throw ErasureLedgerError(appending: error) }
        recoveries.append(.completed(seq: entry.seq))
    }

    private func moveAside(_ line: LineReader.Line, of file: AppendFile) throws {
        let aside = folder.tornPath(of: follower.next)
        do {
            try AppendFile.create(aside, with: line.bytes + (line.isEnded ? [LedgerLine.newline] : []))
            try file.cut(to: line.offset)
        } catch { throw ErasureLedgerError(appending: error) }
        recoveries.append(.movedAside(file: aside, bytes: line.end - line.offset))
    }

    // MARK: what expired

    private func readExpiry() throws -> LedgerExpiry {
        let (expiry, problem) = try folder.expiry(key)
        if let problem { throw failure(problem, in: folder.expiryPath, nil) }
        return expiry
    }

    /// Opens every file after what expired; nothing is open yet.
    private func openFiles(after expiry: LedgerExpiry) throws {
        expired = expiry
        follower = ChainFollower(key: key, after: expiry)
        let firsts = try folder.contents().firsts.filter { $0 > expiry.until.seq }
        guard !firsts.isEmpty else {
            throw ErasureLedgerError(damagedIn: folder.expiryPath, line: nil, expiry.gap(before: nil))
        }
        for first in firsts { try openFile(first, isLast: first == firsts.last) }
    }

    /// Takes over what another process had expire since the last look. The folder is held.
    private func followExpiry() throws {
        guard let first = files.first, try !hasFile(first) else { return }
        let expiry = try readExpiry()
        guard expiry.until.seq >= first else {
            // Of the file that is appended to it is told with what else may have come over it.
            guard first != tail?.first else { return }
            throw damaged(first, nil, "the file is missing")
        }
        try adopt(expiry)
    }

    /// Forgets what expired.
    func adopt(_ expiry: LedgerExpiry) throws {
        index.forget(through: expiry.until.seq)
        guard let tail, tail.first > expiry.until.seq else { return try openAgain(after: expiry) }
        files.removeAll { $0 <= expiry.until.seq }
        expired = expiry
    }

    /// Whatever this process knew is over. Where the rest can't be opened it stays as it was, and the next look fails, too.
    private func openAgain(after expiry: LedgerExpiry) throws {
        let before = (files, tail, follower, expired)
        (files, tail) = ([], nil)
        do { try openFiles(after: expiry) } catch {
            (files, tail, follower, expired) = before
            throw error
        }
    }

    // MARK: other processes

    /// Reads what others appended since the last look. The folder is held.
    func catchUp() throws {
        try followExpiry()
        while let known = tail {
            let bytes = try requireSame(known)
            if bytes > known.bytes {
                let last = try folder.contents().firsts.last
                try readOn(isLast: last == known.first)
            }
            guard known.first != follower.next, try hasFile(follower.next) else { return }
            let last = try folder.contents().firsts.last
            try openFile(follower.next, isLast: last == follower.next)
        }
    }

    private func requireSame(_ tail: Tail) throws -> Int {
        do {
            guard let now = try AppendFile.facts(of: tail.file.path), now.isSameFile(as: try tail.file.facts()),
                now.bytes >= tail.bytes
            else {
                throw ErasureLedgerError.rewound(
                    "\(tail.file.path) was removed, replaced or shortened while it was in use")
            }
            return now.bytes
        } catch let error as AppendFileError { throw ErasureLedgerError(reading: error) }
    }

    private func hasFile(_ first: Int) throws(ErasureLedgerError) -> Bool {
        do { return try AppendFile.facts(of: folder.path(first: first)) != nil } catch {
            throw ErasureLedgerError(reading: error)
        }
    }

    // MARK: failures

    func damaged(_ first: Int, _ line: Int?, _ words: String) -> ErasureLedgerError {
        ErasureLedgerError(damagedIn: folder.path(first: first), line: line, words)
    }

    func failure(_ problem: ChainFollower.Problem, _ first: Int, _ line: Int) -> ErasureLedgerError {
        failure(problem, in: folder.path(first: first), line)
    }

    private func failure(_ problem: ChainFollower.Problem, in path: String, _ line: Int?) -> ErasureLedgerError {
        let words = (line.map { "\(path), line \($0)" } ?? path) + ": \(problem.words)"
        switch problem.code {
        case .otherKey:
            return ErasureLedgerError(
                .otherKey, words, hint: "restore ledger.key from the keys' backup, or name the right folder of keys")
        case .otherVersion:
            return ErasureLedgerError(
                .otherVersion, words, hint: "run the version of habeas that wrote it, or a later one")
        default: return ErasureLedgerError(damagedIn: path, line: line, problem.words)
        }
    }
}
