package import ErasureLedger

/// Where a timeline comes from: what PostgreSQL writes into `NNNNNNNN.history`.
package struct TimelineHistory: Sendable, Hashable {
    /// A timeline that was left, and where.
    package struct Fork: Sendable, Hashable {
        /// The timeline that was left.
        package let timeline: UInt32
        /// Where.
        package let position: LogPosition
    }

    /// The timeline.
    package let timeline: UInt32
    /// Its ancestors, the eldest first.
    package let forks: [Fork]

    /// Reads a history file; nil when a line isn't one of PostgreSQL's.
    package init?(timeline: UInt32, bytes: [UInt8]) {
        guard timeline > 1, let text = String(validating: bytes, as: UTF8.self) else { return nil }
        var forks: [Fork] = []
        for line in text.split(whereSeparator: \.isNewline) {
            let fields = line.split(maxSplits: 2, whereSeparator: { $0 == "\t" || $0 == " " })
            guard let first = fields.first, !first.hasPrefix("#") else { continue }
            guard fields.count >= 2, let parent = UInt32(first), let position = LogPosition(fields[1]),
                parent > forks.last?.timeline ?? 0, parent < timeline, position >= forks.last?.position ?? position
            else { return nil }
            forks.append(Fork(timeline: parent, position: position))
        }
        if forks.isEmpty { return nil }
        self.timeline = timeline
        self.forks = forks
    }
}

/// Whether a point lies in the past of another.
enum Descent: Hashable {
    /// It does.
    case follows
    /// It doesn't: the other one is earlier, or on another branch.
    case doesNotFollow
    /// The history of that timeline isn't known.
    case unknownTimeline(UInt32)
    /// Positions of different servers can't be compared.
    case otherSystem(UInt64)
}

/// The timelines of several servers.
package struct Lineage: Sendable, Hashable {
    private struct Key: Hashable {
        let system: UInt64
        let timeline: UInt32
    }

    private var histories: [Key: TimelineHistory] = [:]
    /// Timelines of which two copies tell different things.
    private var disputed: Set<Key> = []

    /// No timelines but the first of each server.
    package init() {}

    /// All timelines that copies tell of.
    package init(of readings: [CopyReading]) {
        for reading in readings { merge(reading.lineage) }
    }

    /// Takes in a history. Two that differ make the timeline unknown.
    package mutating func add(_ history: TimelineHistory, system: UInt64) {
        let key = Key(system: system, timeline: history.timeline)
        if let known = histories[key], known.forks != history.forks { disputed.insert(key) }
        histories[key] = history
    }

    /// Takes in everything that another knows.
    package mutating func merge(_ other: Lineage) {
        for (key, history) in other.histories { add(history, system: key.system) }
        disputed.formUnion(other.disputed)
    }

    /// Whether `point` lies in the past of a place.
    func descent(of system: UInt64, _ timeline: UInt32, _ position: LogPosition, from point: HistoryPoint) -> Descent {
        guard system == point.system else { return .otherSystem(system) }
        guard timeline != point.timeline else { return position >= point.position ? .follows : .doesNotFollow }
        // A timeline's number is greater than those of all its ancestors.
        guard timeline > point.timeline else { return .doesNotFollow }
        let key = Key(system: system, timeline: timeline)
        guard let history = histories[key], !disputed.contains(key) else { return .unknownTimeline(timeline) }
        guard let fork = history.forks.first(where: { $0.timeline == point.timeline }) else { return .doesNotFollow }
        return fork.position >= point.position && position >= point.position ? .follows : .doesNotFollow
    }

    /// Whether any of `points` is known to lie in the past of a place.
    package func follows(_ place: HistoryPoint, anyOf points: [HistoryPoint]) -> Bool {
        descent(of: place.system, place.timeline, place.position, fromAnyOf: points) == .follows
    }

    /// Whether any of `points` lies in the past of a place.
    func descent(
        of system: UInt64, _ timeline: UInt32, _ position: LogPosition, fromAnyOf points: [HistoryPoint]
    ) -> Descent {
        let comparable = points.filter { $0.system == system }
        guard !comparable.isEmpty else { return points.isEmpty ? .doesNotFollow : .otherSystem(system) }
        let answers = comparable.map { descent(of: system, timeline, position, from: $0) }
        if answers.contains(.follows) { return .follows }
        return answers.first { $0 != .doesNotFollow } ?? .doesNotFollow
    }
}
