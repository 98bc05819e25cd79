internal import RightsCore

/// What keeps a file of the ledger, and all after it.
package enum LedgerNeed: Sendable, Hashable {
    /// An entry that isn't older than the cutoff.
    case recent(seq: Int)
    /// An erasure that didn't end before it.
    case erasure(seq: Int)
    /// A legal hold in force.
    case hold(seq: Int)
    /// An entry of a service whose copies nobody was asked about.
    case otherStore(seq: Int)
    /// A timeline that went on under its old number, which must stay known.
    case branch(seq: Int)
    /// What a copy holds can't be told.
    case copy(String)
    /// It is the last one: it is appended to.
    case lastFile

    /// Said for people.
    package var words: String {
        switch self {
        case .recent(let seq): "entry \(seq) isn't old enough"
        case .erasure(let seq): "the erasure of entry \(seq) isn't over, or not long enough"
        case .hold(let seq): "the legal hold of entry \(seq) is in force"
        case .otherStore(let seq): "entry \(seq) is of another service, whose copies may live longer"
        case .branch(let seq): "entry \(seq) says that a server went on under the number of a timeline it had left"
        case .copy(let name): "what the copy “\(name)” holds can't be told"
        case .lastFile: "the last file is appended to"
        }
    }
}

/// What of the ledger's beginning nobody needs any more: a fold over all entries, in order.
struct LedgerSurvey: Sendable {
    private let cutoff: Instant
    /// The first numbers of the files when it began.
    private let files: [Int]
    private let starts: Set<Int>
    /// The number of the entry to take next.
    private(set) var next: Int
    /// The first number that is too young to go, or whose file is appended to.
    private var young: Int
    private var youngest: Int?
    /// Erasures that aren't over, or not long enough; those that are.
    private var begun: [ErasureRunID: Begun] = [:]
    private var over: [Begun] = []
    /// Holds in force, with the numbers of their entries.
    private var holds: [ErasureRunID: Int] = [:]
    /// The first entry that stays for another reason, with its number.
    private var kept: [(Int, LedgerNeed)] = []
    /// The services of which the cutoff is true; nil of all.
    private let covered: Set<String>?
    /// What was suppressed there, is still, and isn't said again later.
    private var suppressed: [Suppression: LedgerEntry] = [:]
    /// By the first number of a file the hash of the line before.
    private var ends: [Int: Hash256] = [:]

    private struct Begun {
        let seq: Int
        let store: String
    }

    private struct Suppression: Hashable {
        let store: String
        let subject: LedgerSubject

        init(_ content: LedgerDraft) { (store, subject) = (content.store, content.subject) }
    }

    /// - Parameters:
    ///   - covered: the services whose copies the cutoff is true of; nil for all.
    ///   - files: the first numbers of all files.
    init(before cutoff: Instant, of covered: Set<String>?, files: [Int]) {
        self.cutoff = cutoff
        self.covered = covered
        self.files = files
        starts = Set(files)
        next = files.first ?? 1
        young = files.last ?? 1
    }

    // MARK: taking

    mutating func take(_ entry: LedgerEntry) {
        next = max(next, entry.seq + 1)
        if starts.contains(entry.seq + 1) { ends[entry.seq + 1] = entry.hash }
        if entry.seq < young, entry.at >= cutoff { (young, youngest) = (start(of: entry.seq), entry.seq) }
        let (isOld, content) = (entry.seq < young, entry.content)
        switch content.event {
        case .intent: if isOld { begun[content.run] = Begun(seq: entry.seq, store: content.store) }
        case .confirmed:
            // The commit came between the two, so the end counts.
            if entry.at < cutoff, let ended = begun.removeValue(forKey: content.run) { over.append(ended) }
        case .aborted: begun[content.run] = nil
        case .holdPlaced: if isOld { holds[content.run] = entry.seq }
        case .holdReleased: holds[content.run] = nil
        case .suppressed: suppressed[Suppression(content)] = isOld ? entry : nil
        case .suppressionLifted: suppressed[Suppression(content)] = nil
        case .databaseReplayed: if isOld, content.place?.position == nil { keep(entry.seq, .branch(seq: entry.seq)) }
        case .productDeletion, .retentionPurged: break
        }
        if isOld, let covered, !covered.contains(content.store) { keep(entry.seq, .otherStore(seq: entry.seq)) }
    }

    private mutating func keep(_ seq: Int, _ need: LedgerNeed) {
        if kept.isEmpty { kept.append((seq, need)) }
    }

    private func start(of seq: Int) -> Int { files.last { $0 <= seq } ?? next }

    // MARK: what follows

    /// Whether nothing can go, whatever else is read.
    var isVain: Bool { young <= files.first ?? 1 }

    /// What keeps the first file that stays.
    var need: LedgerNeed {
        let erasure = begun.values.map(\.seq).min().map { ($0, LedgerNeed.erasure(seq: $0)) }
        let hold = holds.values.min().map { ($0, LedgerNeed.hold(seq: $0)) }
        let age = (young, youngest.map { LedgerNeed.recent(seq: $0) } ?? .lastFile)
        return ([age, erasure, hold].compactMap(\.self) + kept).min { $0.0 < $1.0 }?.1 ?? .lastFile
    }

    /// The first number that stays: a file's first.
    private var first: Int {
        let needed = (begun.values.map(\.seq) + holds.values + kept.map(\.0)).filter { $0 < young }
        return needed.min().map(start) ?? young
    }

    /// The last entry that goes; nil when none does.
    var until: LedgerHead? {
        let first = first
        return ends[first].map { LedgerHead(seq: first - 1, hash: $0) }
    }

    /// How many files and entries go.
    var extent: (files: Int, entries: Int) {
        guard let until, let beginning = files.first else { return (0, 0) }
        return (files.count { $0 <= until.seq }, until.seq - beginning + 1)
    }

    /// By store the highest number of an erasure that goes.
    var stores: [String: Int] {
        let first = first
        return Dictionary(over.filter { $0.seq < first }.map { ($0.store, $0.seq) }, uniquingKeysWith: max)
    }

    /// Some of the suppressions that would go and are in force: they have to be said again first.
    func unstated(most: Int = .max) -> [LedgerEntry] {
        guard let until else { return [] }
        return Array(suppressed.values.lazy.filter { $0.seq <= until.seq }.prefix(most))
    }
}
