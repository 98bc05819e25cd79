internal import RightsCore

/// Follows the chain line by line and says what doesn't fit.
struct ChainFollower: Sendable {
    struct Problem {
        let code: LedgerFinding.Code
        let words: String
    }

    /// Without it the codes can't be judged.
    private let key: LedgerKey?
    /// The number of the entry that comes next.
    private(set) var next = 1
    /// The hash of the line before; zero before the first.
    private(set) var last = Hash256.zero
    /// The last entry.
    private(set) var head = LedgerHead.none

    /// The chain from its beginning.
    init(key: LedgerKey?) { self.key = key }

    /// The chain from a file on, whose header's word is taken for what went before.
    init(key: LedgerKey?, before header: LedgerLine.Header) {
        self.key = key
        next = header.first
        last = header.previous
    }

    /// The chain as it begins after what expired.
    init(key: LedgerKey?, after expiry: LedgerExpiry) {
        self.key = key
        next = expiry.until.seq + 1
        last = expiry.until.hash
        head = expiry.until
    }

    /// Takes a file's first line.
    mutating func takeHeader(_ line: [UInt8], first: Int) -> [Problem] {
        let before = last
        last = Hash256(sha256: line)
        guard let object = CanonicalObject(line) else {
            return [Problem(.unreadable, "it isn't a header of this ledger")]
        }
        guard let header = LedgerLine.header(object) else { return [Self.misread(object)] }
        if let key, header.keyID != key.id {
            return [Problem(.otherKey, "it was written under the ledger key \(header.keyID), not \(key.id)")]
        }
        if let key, !key.accepts(object) { return [Problem(.altered, "it isn't what was written there")] }
        guard header.first == first, header.first == next, header.previous == before else {
            return [
                Problem(
                    .fileMissing,
                    "the file begins with entry \(header.first) and doesn't follow what comes before it; entry \(next) is next"
                )
            ]
        }
        return []
    }

    private static func misread(_ object: CanonicalObject) -> Problem {
        let format = object.text("format") ?? ""
        return format.hasPrefix("habeas-erasure-ledger-") && format != LedgerLine.format
            ? Problem(.otherVersion, "it is of the format \(format); this program reads \(LedgerLine.format)")
            : Problem(.unreadable, "it isn't a header of this ledger")
    }

    /// Goes on with the entries of a file whose header didn't fit.
    mutating func resume(at first: Int) { next = first }

    /// Takes a line that is an entry.
    mutating func takeEntry(_ line: [UInt8]) -> (entry: LedgerEntry?, problems: [Problem]) {
        let (before, wanted) = (last, next)
        last = Hash256(sha256: line)
        guard let object = CanonicalObject(line), let entry = LedgerLine.entry(object, line: line) else {
            next += 1
            return (nil, [Problem(.unreadable, "it isn't a line of this ledger")])
        }
        next = entry.seq + 1
        head = LedgerHead(seq: entry.seq, hash: entry.hash)
        var problems: [Problem] = []
        if let key, !key.accepts(object) { problems.append(Problem(.altered, "it isn't what was written there")) }
        if entry.seq > wanted {
            problems.append(Problem(.missing, "entry \(wanted) should stand here, not \(entry.seq)"))
        }
        if entry.seq < wanted {
            problems.append(Problem(.repeated, "entry \(wanted) should stand here, not \(entry.seq)"))
        }
        if entry.previous != before { problems.append(Problem(.unlinked, "it doesn't follow the line before it")) }
        return (entry, problems)
    }
}

extension ChainFollower.Problem {
    init(_ code: LedgerFinding.Code, _ words: String) {
        self.init(code: code, words: words)
    }
}
