internal import RightsCore

/// The two kinds of lines, to and from canonical objects (docs/erasure-ledger.md).
enum LedgerLine {
    static let format = "habeas-erasure-ledger-1"
    static let newline = UInt8(ascii: "\n")

    /// What the first line of a file says.
    struct Header: Hashable {
        /// The number of the file's first entry.
        let first: Int
        /// The id of the ledger key.
        let keyID: String
        /// The SHA-256 of the last line of the file before; 32 zero bytes in the first file.
        let previous: Hash256
    }

    // MARK: writing

    /// A line with its code, without the line feed.
    static func line(_ header: Header, key: LedgerKey) -> [UInt8] {
        sealed(
            CanonicalObject([
                ("first", .number(header.first)), ("format", .text(format)), ("key", .text(header.keyID)),
                ("prev", .text(header.previous.hex)),
            ]), key)
    }

    /// A line with its code, without the line feed.
    static func line(
        seq: Int, at instant: Instant, _ content: LedgerDraft, previous: Hash256, key: LedgerKey
    ) -> [UInt8] {
        let members: [(String, CanonicalObject.Value?)] = [
            ("seq", .number(seq)), ("at", .text(instant.ledgerText)), ("event", .text(content.event.rawValue)),
            ("store", .text(content.store)), ("run", .text(content.run.text)),
            ("sys", (content.place?.system).map { .text(String($0)) }),
            ("tli", (content.place?.timeline).map { .number(Int($0)) }),
            ("lsn", (content.place?.position).map { .text($0.description) }),
            ("kid", .text(content.subject.keyID)), ("kind", .text(content.subject.kind)),
            ("h", .text(content.subject.hash.hex)),
            ("collection", (content.record?.collection).map { .text($0) }),
            ("record", (content.record?.hash.hex).map { .text($0) }), ("plan", (content.plan?.hex).map { .text($0) }),
            ("law", content.law.map { .text($0) }), ("map", (content.map?.hex).map { .text($0) }),
            ("prev", .text(previous.hex)),
        ]
        return sealed(CanonicalObject(members), key)
    }

    private static func sealed(_ object: CanonicalObject, _ key: LedgerKey) -> [UInt8] {
        object.with("mac", .text(key.code(of: object.bytes()).hex)).bytes()
    }

    // MARK: reading

    /// The header that an object is; nil when it is none of this version.
    static func header(_ object: CanonicalObject) -> Header? {
        guard object.names == ["first", "format", "key", "mac", "prev"], object.text("format") == format,
            let first = object.number("first"), let key = object.text("key"), let previous = object.hash("prev"),
            object.hash("mac") != nil
        else { return nil }
        return Header(first: first, keyID: key, previous: previous)
    }

    private static let required: Set<String> = [
        "at", "event", "h", "kid", "kind", "mac", "prev", "run", "seq", "store",
    ]
    private static let optional: Set<String> = ["collection", "law", "lsn", "map", "plan", "record", "sys", "tli"]

    /// The entry that an object is; nil when it is none.
    static func entry(_ object: CanonicalObject, line: [UInt8]) -> LedgerEntry? {
        let names = Set(object.names)
        guard names.isSuperset(of: required), names.subtracting(required).isSubset(of: optional),
            let seq = object.number("seq"), let at = object.text("at").flatMap(Instant.init(ledgerText:)),
            let previous = object.hash("prev"), object.hash("mac") != nil, let content = content(object)
        else { return nil }
        return LedgerEntry(seq: seq, at: at, content: content, previous: previous, hash: Hash256(sha256: line))
    }

    private static func content(_ object: CanonicalObject) -> LedgerDraft? {
        guard let event = object.text("event").flatMap(LedgerEvent.init(rawValue:)),
            let run = object.text("run").flatMap({ ErasureRunID($0) }), run.text == object.text("run"),
            let store = object.text("store"), let keyID = object.text("kid"), let kind = object.text("kind"),
            let hash = object.hash("h"), let record = record(object), let place = place(object),
            let plan = optionalHash(object, "plan"), let map = optionalHash(object, "map"),
            let law = optionalText(object, "law")
        else { return nil }
        // A name that can't be appended was never written.
        return try? LedgerDraft(
            event, run: run, store: store, subject: LedgerSubject(kind: kind, keyID: keyID, hash: hash), record: record,
            place: place, plan: plan, law: law, map: map)
    }

    /// Nil when what is there is no text; `.some(nil)` when nothing is there.
    private static func optionalText(_ object: CanonicalObject, _ name: String) -> String?? {
        guard object[name] != nil else { return .some(nil) }
        return object.text(name).map { .some($0) }
    }

    /// Nil when what is there can't be read; `.some(nil)` when nothing is there.
    private static func optionalHash(_ object: CanonicalObject, _ name: String) -> Hash256?? {
        guard object[name] != nil else { return .some(nil) }
        return object.hash(name).map { .some($0) }
    }

    private static func record(_ object: CanonicalObject) -> LedgerRecord?? {
        if object["collection"] == nil && object["record"] == nil { return .some(nil) }
        guard let collection = object.text("collection"), let hash = object.hash("record") else { return nil }
        return .some(LedgerRecord(collection: collection, hash: hash))
    }

    private static func place(_ object: CanonicalObject) -> StorePlace?? {
        if object["sys"] == nil && object["tli"] == nil && object["lsn"] == nil { return .some(nil) }
        guard let text = object.text("sys"), let system = UInt64(text), String(system) == text,
            let timeline = object.number("tli").flatMap({ UInt32(exactly: $0) })
        else { return nil }
        guard object["lsn"] != nil else { return .some(StorePlace(system: system, timeline: timeline)) }
        guard let position = object.text("lsn").flatMap({ LogPosition($0) }),
            position.description == object.text("lsn")
        else { return nil }
        return .some(StorePlace(system: system, timeline: timeline, position: position))
    }
}

extension Instant {
    /// RFC 3339 in UTC with six digits of a second, always 27 characters.
    var ledgerText: String {
        let time = utcTime
        let fraction = microseconds - seconds * 1_000_000
        return
            "\(utcDate)T\(time.hour.padded(2)):\(time.minute.padded(2)):\(time.second.padded(2)).\(fraction.padded(6))Z"
    }

    /// Parses exactly what ``ledgerText`` gives.
    init?(ledgerText text: String) {
        guard let instant = Instant(rfc3339: text), instant.ledgerText == text else { return nil }
        self = instant
    }
}
