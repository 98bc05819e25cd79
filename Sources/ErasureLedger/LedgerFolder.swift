internal import ObjectStore

/// The ledger's folder: `ledger-SEQ.jsonl`, named after the number of its first entry, `expired.json`, what is gone before
/// them, and `torn-….part`, what a crash left of a line.
struct LedgerFolder: Sendable {
    private static let digits = 12
    private static let beginning = "ledger-"
    private static let ending = ".jsonl"
    private static let tornBeginning = "torn-"
    private static let tornEnding = ".part"

    let path: String

    static func name(first: Int) -> String {
        let number = String(first)
        return beginning + String(repeating: "0", count: max(0, digits - number.count)) + number + ending
    }

    /// The number in a file's name; nil for any other name.
    static func first(named name: String) -> Int? {
        guard name.hasPrefix(beginning), name.hasSuffix(ending),
            let first = Int(name.dropFirst(beginning.count).dropLast(ending.count)), first > 0,
            Self.name(first: first) == name
        else { return nil }
        return first
    }

    func path(first: Int) -> String { "\(path)/\(Self.name(first: first))" }

    /// A free name for what a crash left of the entry of that number.
    func tornPath(of seq: Int) -> String {
        "\(path)/\(Self.tornBeginning)\(seq)-\(UInt32.random(in: .min ... .max))\(Self.tornEnding)"
    }

    // MARK: what expired

    var expiryPath: String { "\(path)/\(LedgerExpiry.name)" }

    /// What its file says of what expired, with what is wrong about it; nothing when there is none.
    func expiry(_ key: LedgerKey?) throws(ErasureLedgerError) -> (says: LedgerExpiry, problem: ChainFollower.Problem?) {
        let bytes: [UInt8]
        do {
            guard let facts = try AppendFile.facts(of: expiryPath) else { return (.none, nil) }
            bytes = try AppendFile(expiryPath, for: .reading).read(at: 0, atMost: facts.bytes)
        } catch { throw ErasureLedgerError(reading: error) }
        return LedgerExpiry.judge(bytes, key)
    }

    /// Writes it, durably, in the place of the one before.
    func write(_ expiry: LedgerExpiry, key: LedgerKey) throws(ErasureLedgerError) {
        do { try AppendFile.replace(expiryPath, with: expiry.bytes(key)) } catch {
            throw ErasureLedgerError(appending: error)
        }
    }

    /// Removes files, the first first; `after` is called after each.
    func remove(_ firsts: [Int], after: (Int) throws -> Void = { _ in }) throws {
        guard !firsts.isEmpty else { return }
        do {
            for first in firsts {
                try AppendFile.remove(path(first: first))
                try after(first)
            }
            try AppendFile.synchronizeFolder(of: expiryPath)
        } catch let error as AppendFileError { throw ErasureLedgerError(appending: error) }
    }

    // MARK: what is there

    /// The first numbers of all files, ascending, and the names of what crashes left.
    func contents() throws(ErasureLedgerError) -> (firsts: [Int], torn: [String]) {
        let names: [String]
        do { names = try AppendFile.names(in: path) } catch { throw ErasureLedgerError(reading: error) }
        let torn = names.filter { $0.hasPrefix(Self.tornBeginning) && $0.hasSuffix(Self.tornEnding) }
        return (names.compactMap(Self.first(named:)).sorted(), torn.sorted())
    }

    var isThere: Bool {
        get throws(ErasureLedgerError) {
            do { return try AppendFile.facts(of: path) != nil } catch { throw ErasureLedgerError(reading: error) }
        }
    }

    /// Makes the folder, durably.
    func make() throws(ErasureLedgerError) {
        do { try WholeFile.makeFolder(path) } catch {
            throw ErasureLedgerError(
                .cannotWrite, "the folder of the erasure ledger can't be made (\(error))",
                hint: "make its parent folder, or name another one in erasure.ledger")
        }
        do { try AppendFile.synchronizeFolder(of: path) } catch { throw ErasureLedgerError(appending: error) }
    }

    /// Runs `body` while no other process, and no other part of this one, holds the folder.
    func held<Value>(_ body: () throws -> Value) throws -> Value {
        let hold: FolderHold
        do { hold = try FolderHold(path) } catch {
            guard error.isMissing else {
                throw ErasureLedgerError(
                    .cannotRead, "the folder of the erasure ledger can't be held (\(error))",
                    hint: "is the folder of erasure.ledger mounted, and may this user read it?")
            }
            throw ErasureLedgerError.rewound("\(path) is gone, and with it the erasure ledger")
        }
        defer { hold.release() }
        return try body()
    }
}
