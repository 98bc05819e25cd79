package import RightsCore

/// What of the ledger's beginning is over: no copy of a database needs it any more, and its files were dropped.
package struct LedgerExpiry: Sendable, Hashable {
    /// The file that says so.
    static let name = "expired.json"
    private static let format = "habeas-ledger-expiry-1"

    /// The last entry that was dropped.
    package let until: LedgerHead
    /// When it was.
    package let at: Instant
    /// By store the highest number of an intent that was dropped. A database without a receipt of that number or a later
    /// one is older than anything the ledger can repeat.
    package let stores: [String: Int]

    /// Nothing expired.
    package static let none = LedgerExpiry(until: .none, at: Instant(microseconds: 0), stores: [:])

    // MARK: the file

    /// Its bytes: one line, with its code.
    func bytes(_ key: LedgerKey) -> [UInt8] {
        let object = CanonicalObject([
            ("at", .text(at.ledgerText)), ("format", .text(Self.format)), ("head", .text(until.hash.hex)),
            ("key", .text(key.id)), ("stores", .numbers(stores)), ("until", .number(until.seq)),
        ])
        return object.with("mac", .text(key.code(of: object.bytes()).hex)).bytes() + [LedgerLine.newline]
    }

    /// What a file of those bytes says, or that nothing expired and what is wrong with it.
    ///
    /// - Parameter key: without it the code isn't judged.
    static func judge(_ bytes: [UInt8], _ key: LedgerKey?) -> (says: LedgerExpiry, problem: ChainFollower.Problem?) {
        guard bytes.last == LedgerLine.newline, let object = CanonicalObject(bytes.dropLast()) else {
            return (.none, ChainFollower.Problem(.unreadable, "it doesn't say what expired"))
        }
        guard let expiry = LedgerExpiry(object), let keyID = object.text("key") else { return (.none, misread(object)) }
        if let key, keyID != key.id {
            let words = "it was written under the ledger key \(keyID), not \(key.id)"
            return (.none, ChainFollower.Problem(.otherKey, words))
        }
        if let key, !key.accepts(object) {
            return (.none, ChainFollower.Problem(.altered, "it isn't what was written there"))
        }
        return (expiry, nil)
    }

    private init?(_ object: CanonicalObject) {
        guard object.names == ["at", "format", "head", "key", "mac", "stores", "until"],
            object.text("format") == Self.format, object.hash("mac") != nil,
            let at = object.text("at").flatMap(Instant.init(ledgerText:)), let head = object.hash("head"),
            let stores = object.numbers("stores"), let until = object.number("until"), until > 0
        else { return nil }
        self.init(until: LedgerHead(seq: until, hash: head), at: at, stores: stores)
    }

    private static func misread(_ object: CanonicalObject) -> ChainFollower.Problem {
        let found = object.text("format") ?? ""
        return found.hasPrefix("habeas-ledger-expiry-") && found != format
            ? ChainFollower.Problem(.otherVersion, "it is of the format \(found); this program reads \(format)")
            : ChainFollower.Problem(.unreadable, "it doesn't say what expired")
    }

    init(until: LedgerHead, at: Instant, stores: [String: Int]) {
        self.until = until
        self.at = at
        self.stores = stores
    }

    // MARK: the files after it

    /// What is wrong when the chain doesn't begin where it says.
    func gap(before first: Int?) -> String {
        let found = first.map { "the first file after it begins with entry \($0)" } ?? "there is no file after it"
        return
            "it says that the entries up to \(until.seq) expired, but \(found): a file is missing, or it is older than "
            + "the ledger"
    }
}
