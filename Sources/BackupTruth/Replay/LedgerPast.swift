package import ErasureLedger
package import RightsCore

/// Whom an entry means: a kind of person, or a collection, with a keyed hash.
package struct ErasedTarget: Sendable, Hashable {
    /// The kind of person, or the collection of the record.
    package let scope: String
    /// Whether it is one record.
    package let isRecord: Bool
    /// The keyed hash of the key.
    package let hash: Hash256

    /// - Parameter entry: an intent, or a deletion of the product's own.
    init(_ entry: LedgerDraft) {
        isRecord = entry.record != nil
        scope = entry.record?.collection ?? entry.subject.kind
        hash = entry.record?.hash ?? entry.subject.hash
    }
}

/// What was erased once, and must stay so.
package struct ErasedOnce: Sendable {
    package let target: ErasedTarget
    /// The first entry that says so: its moment is the one from which statutes count, its run names every replay.
    package let first: LedgerEntry
    /// Every run that erased of it, in order.
    package var runs: [ErasureRunID]
    /// Digests of the data maps under which intents were written; empty where none says so.
    package var maps: Set<Hash256>
    /// The last entry about it.
    package var lastSeq: Int
}

/// A replay that was brought to its end: from its place on, nothing of what was erased before it is in the database.
package struct Replayed: Sendable, Hashable {
    /// The entry's number.
    package let seq: Int
    package let at: Instant
    package let place: StorePlace
}

/// A hold as the ledger knows it.
package struct RememberedHold: Sendable, Hashable {
    /// The hold's id.
    package let id: ErasureRunID
    /// The number of the entry that placed it.
    package let placedAt: Int
    /// Whose rows it keeps; nil of everybody's.
    package let person: Hash256?
}

/// What the ledger says of one store, folded: what holds at its head.
package struct LedgerPast: Sendable {
    /// How far the ledger went.
    package private(set) var head = LedgerHead.none
    /// What was erased, in the order in which it was first.
    package private(set) var erased: [ErasedOnce] = []
    /// Runs that were confirmed, with where.
    package private(set) var confirmed: [ErasureRunID: StorePlace?] = [:]
    /// Replays of restored databases, in order.
    package private(set) var replays: [Replayed] = []
    /// Timelines whose number stands for several branches: a copy went on under it from before the ledger's places. What
    /// stands there can't be compared.
    package private(set) var branched: Set<Timeline> = []
    /// Numbers of intents, by run, of every store; of all that weren't aborted.
    package private(set) var intents: [ErasureRunID: Int] = [:]
    /// Holds in force at the head.
    package private(set) var holds: [ErasureRunID: RememberedHold] = [:]
    /// Hashes of identifiers that may not come back, and of those that may again.
    package private(set) var suppressed: Set<Hash256> = []
    package private(set) var lifted: Set<Hash256> = []
    /// What of the ledger's beginning expired: of that nothing is said here.
    package private(set) var expired = LedgerExpiry.none
    /// How many times something that a statute kept was purged at its end.
    package private(set) var retentionPurges = 0
    /// Entries of other stores.
    package private(set) var ofOthers = 0
    /// Ids of the keys of hashes of people.
    package private(set) var keyIDs: Set<String> = []
    /// The furthest place of each server's timeline that an entry names.
    package private(set) var furthest: [Timeline: LogPosition] = [:]

    /// A timeline of a server.
    package struct Timeline: Sendable, Hashable {
        package let system: UInt64
        package let timeline: UInt32

        init(system: UInt64, timeline: UInt32) {
            self.system = system
            self.timeline = timeline
        }

        init(_ place: StorePlace) {
            self.init(system: place.system, timeline: place.timeline)
        }
    }

    private let store: String
    /// Numbers of the product's own deletions.
    private var deletions: [ErasureRunID: Int] = [:]
    private var numbers: [ErasedTarget: Int] = [:]
    private var drafts: [ErasureRunID: LedgerEntry] = [:]

    /// Nothing yet.
    ///
    /// - Parameter store: the map's service; entries of others are counted and left alone.
    package init(store: String) { self.store = store }

    /// Takes the next entry.
    package mutating func take(_ entry: LedgerEntry) {
        head = LedgerHead(seq: entry.seq, hash: entry.hash)
        let content = entry.content
        // A receipt doesn't say of which store it is.
        if content.event == .intent { intents[content.run] = entry.seq }
        guard content.store == store else {
            ofOthers += 1
            return
        }
        notePlace(content.place)
        switch content.event {
        case .intent:
            drafts[content.run] = entry
            note(entry)
        case .confirmed: confirmed[content.run] = .some(content.place)
        case .aborted: forget(content.run)
        case .productDeletion:
            deletions[content.run] = entry.seq
            note(entry)
        case .holdPlaced:
            let person = content.subject.kind == "everybody" ? nil : content.subject.hash
            holds[content.run] = RememberedHold(id: content.run, placedAt: entry.seq, person: person)
        case .holdReleased: holds[content.run] = nil
        case .suppressed:
            suppressed.insert(content.subject.hash)
            lifted.remove(content.subject.hash)
        case .suppressionLifted:
            lifted.insert(content.subject.hash)
            suppressed.remove(content.subject.hash)
        case .retentionPurged: retentionPurges += 1
        case .databaseReplayed:
            guard let place = content.place else { break }
            replays.append(Replayed(seq: entry.seq, at: entry.at, place: place))
            if place.position == nil { branched.insert(Timeline(place)) }
        }
    }

    private mutating func notePlace(_ place: StorePlace?) {
        guard let place, let position = place.position else { return }
        let timeline = Timeline(place)
        furthest[timeline] = max(furthest[timeline] ?? position, position)
    }

    private mutating func note(_ entry: LedgerEntry) {
        keyIDs.insert(entry.content.subject.keyID)
        let target = ErasedTarget(entry.content)
        guard let number = numbers[target] else {
            numbers[target] = erased.count
            erased.append(
                ErasedOnce(
                    target: target, first: entry, runs: [entry.content.run],
                    maps: Set(entry.content.map.map { [$0] } ?? []),
                    lastSeq: entry.seq))
            return
        }
        erased[number].runs.append(entry.content.run)
        erased[number].lastSeq = entry.seq
        if let map = entry.content.map { erased[number].maps.insert(map) }
    }

    /// What was taken back was never erased; another run of the same person may have been.
    private mutating func forget(_ run: ErasureRunID) {
        intents[run] = nil
        guard let entry = drafts.removeValue(forKey: run), let number = numbers[ErasedTarget(entry.content)] else {
            return
        }
        var once = erased[number]
        once.runs.removeAll { $0 == run }
        if once.first.content.run == run, let next = once.runs.first.flatMap({ drafts[$0] }) {
            once = ErasedOnce(
                target: once.target, first: next, runs: once.runs, maps: once.maps, lastSeq: once.lastSeq)
        }
        erased[number] = once
    }

    // MARK: what holds

    /// What must be gone: something of it was erased by a run that wasn't taken back.
    package var mustBeGone: [ErasedOnce] { erased.filter { !$0.runs.isEmpty } }

    /// The replays after which nothing was left of what a run erased, in order.
    package func replays(after run: ErasureRunID) -> [Replayed] {
        guard let seq = intents[run] ?? deletions[run] else { return [] }
        return replays.filter { $0.seq > seq }
    }

    /// Whether a database that lacks something of it goes on under a timeline's number from before places that are known.
    package func isBranch(_ standing: StoreStanding, isMissing: Bool) -> Bool {
        guard isMissing || replays.contains(where: { $0.seq > standing.replayed.seq }),
            let furthest = furthest[Timeline(standing.place)], let now = standing.place.position
        else { return false }
        return now < furthest
    }

    /// Holds that were in force before something was erased, and are now: the rows they keep stayed then and stay again.
    /// One that came later found nothing to keep.
    package func holds(on erased: ErasedOnce) -> [RememberedHold] {
        holds.values.filter { hold in
            hold.placedAt < erased.lastSeq
                && (hold.person == nil || (!erased.target.isRecord && hold.person == erased.target.hash))
        }.sorted { $0.placedAt < $1.placedAt }
    }
}

extension LedgerPast {
    /// What a ledger says of a store.
    package init(of ledger: ErasureLedger, store: String) async throws {
        self.init(store: store)
        try await follow(ledger)
    }

    /// Takes what was appended since; all again, when something expired.
    package mutating func follow(_ ledger: ErasureLedger) async throws {
        var expiry = try await ledger.expiry()
        while true {
            if expiry != expired { self = LedgerPast(store: store) }
            expired = expiry
            for try await page in ledger.entries(from: head.seq + 1) { for entry in page { take(entry) } }
            // What expires in between would be a gap.
            expiry = try await ledger.expiry()
            if expiry == expired { return }
        }
    }

    /// The number of the last erasure of this store that expired; 0 when none did.
    package var lastExpired: Int { expired.stores[store] ?? 0 }
}
