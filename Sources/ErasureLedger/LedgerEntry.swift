internal import Crypto
package import RightsCore

/// What is remembered.
package enum LedgerEvent: String, Sendable, Hashable, CaseIterable {
    /// An erasure is about to commit.
    case intent
    /// It committed.
    case confirmed
    /// It rolled back and won't be tried again under this run.
    case aborted
    /// The product itself deleted a record or a person.
    case productDeletion = "product_deletion"
    /// A legal hold began.
    case holdPlaced = "hold_placed"
    /// It ended.
    case holdReleased = "hold_released"
    /// An identifier may not come back.
    case suppressed
    /// It may again.
    case suppressionLifted = "suppression_lifted"
    /// What a statute kept was purged at its end.
    case retentionPurged = "retention_purged"
    /// A restored database holds nothing any more of what was erased before this entry.
    case databaseReplayed = "database_replayed"
}

/// Whom an entry is about, as a keyed hash.
package struct LedgerSubject: Sendable, Hashable {
    /// The map's kind of subject; of suppressions the kind of identifier.
    package let kind: String
    /// The id of the key the hash was made with.
    package let keyID: String
    /// The keyed hash.
    package let hash: Hash256

    /// A keyed hash with what it is of.
    package init(kind: String, keyID: String, hash: Hash256) {
        self.kind = kind
        self.keyID = keyID
        self.hash = hash
    }
}

/// Which single record an entry is about, as a keyed hash.
package struct LedgerRecord: Sendable, Hashable {
    /// The map's collection.
    package let collection: String
    /// The keyed hash of the record's key.
    package let hash: Hash256

    /// A keyed hash with the collection it is of.
    package init(collection: String, hash: Hash256) {
        self.collection = collection
        self.hash = hash
    }
}

/// Where in a PostgreSQL server's history something happened.
package struct StorePlace: Sendable, Hashable {
    /// The server's system identifier.
    package let system: UInt64
    /// The timeline.
    package let timeline: UInt32
    /// The position in the write-ahead log; of a confirmation one that isn't before its commit.
    package let position: LogPosition?

    /// A place in a server's history.
    package init(system: UInt64, timeline: UInt32, position: LogPosition? = nil) {
        self.system = system
        self.timeline = timeline
        self.position = position
    }
}

/// What is to be appended.
package struct LedgerDraft: Sendable, Hashable {
    /// What is remembered.
    package let event: LedgerEvent
    /// The run it belongs to.
    package let run: ErasureRunID
    /// The map's service name.
    package let store: String
    /// Whom it is about.
    package let subject: LedgerSubject
    /// The record, where it is about one.
    package let record: LedgerRecord?
    /// Where in the store's history.
    package let place: StorePlace?
    /// The approved plan's SHA-256.
    package let plan: Hash256?
    /// Under which law, in lower case; of intents, so that a replay knows what statutes it has to ask.
    package let law: String?
    /// SHA-256 of the data map's text; of intents, so that a replay knows whether it goes by the same map.
    package let map: Hash256?

    /// A draft whose names are short and lower-case, so that no value of a row is taken for one.
    ///
    /// - Throws: `ErasureLedgerError.badEntry` for a name that can't stand in the ledger.
    package init(
        _ event: LedgerEvent, run: ErasureRunID, store: String, subject: LedgerSubject, record: LedgerRecord? = nil,
        place: StorePlace? = nil, plan: Hash256? = nil, law: String? = nil, map: Hash256? = nil
    ) throws(ErasureLedgerError) {
        self.event = event
        self.run = run
        self.store = store
        self.subject = subject
        self.record = record
        self.place = place
        self.plan = plan
        self.law = law
        self.map = map
        for (what, name) in [
            ("store", store), ("kind of subject", subject.kind), ("key id", subject.keyID),
            ("collection", record?.collection ?? "none"), ("law", law ?? "none"),
        ] where !Self.isName(name) {
            throw ErasureLedgerError(
                .badEntry,
                "the \(what) can't stand in the erasure ledger: 1 to 128 of a-z, 0-9, “_”, “-” and “.” are allowed")
        }
    }

    private static func isName(_ text: String) -> Bool {
        (1...128).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"),
                    UInt8(ascii: "-"), UInt8(ascii: "."):
                    true
                default: false
                }
            }
    }

    /// Whether a second draft of the same run and event says the same. The place may differ: after a crash it is read
    /// again, and the one that was written first counts.
    func agrees(with other: LedgerDraft) -> Bool {
        event == other.event && run == other.run && store == other.store && subject == other.subject
            && record == other.record && plan == other.plan && law == other.law && map == other.map
    }
}

/// What was appended.
package struct LedgerEntry: Sendable, Hashable {
    /// Its number: the first has 1, none is left out.
    package let seq: Int
    /// When, by the clock of the machine that appended it; the order is that of the numbers.
    package let at: Instant
    /// What it says.
    package let content: LedgerDraft
    /// The SHA-256 of the line before.
    package let previous: Hash256
    /// The SHA-256 of its own line.
    package let hash: Hash256
}

/// How far a ledger goes.
package struct LedgerHead: Sendable, Hashable {
    /// The last entry's number; 0 when there is none.
    package let seq: Int
    /// The SHA-256 of its line; 32 zero bytes when there is none.
    package let hash: Hash256

    /// The head after an entry.
    package init(seq: Int, hash: Hash256) {
        self.seq = seq
        self.hash = hash
    }

    /// The head of a ledger without entries.
    package static let none = LedgerHead(seq: 0, hash: .zero)
}

extension Hash256 {
    static let zero: Hash256 = {
        guard let zero = Hash256([UInt8](repeating: 0, count: 32)) else { preconditionFailure("32 bytes") }
        return zero
    }()

    /// The SHA-256 of bytes.
    init(sha256 bytes: [UInt8]) {
        guard let hash = Hash256(SHA256.hash(data: bytes)) else { preconditionFailure("SHA-256 has 32 bytes") }
        self = hash
    }
}
