/// The local time of one place, through all its offsets, as a TZif file gives it (RFC 9636).
///
/// The file's bytes come from outside: the operating system keeps the tz database current, a program can't.
package struct ZoneRules: Sendable, Hashable {
    /// The zone's name, such as `Europe/Berlin`.
    package let name: String
    /// The release of the tz database it is from, such as `2026a`.
    package let version: String
    /// When each offset begins (seconds since 1970), in order, with the seconds east of Greenwich that hold from then.
    let transitions: [Transition]
    /// The offset before the first transition, in seconds.
    let firstOffset: Int
    /// The rule after the last transition.
    let rule: ZoneRule?

    struct Transition: Sendable, Hashable {
        let at: Int64
        let offset: Int
    }

    /// Coordinated universal time.
    package static let utc = ZoneRules(name: "UTC", version: "", transitions: [], firstOffset: 0, rule: nil)

    init(name: String, version: String, transitions: [Transition], firstOffset: Int, rule: ZoneRule?) {
        self.name = name
        self.version = version
        self.transitions = transitions
        self.firstOffset = firstOffset
        self.rule = rule
    }

    /// Seconds east of Greenwich at an instant.
    package func offset(at instant: Instant) -> Int { offset(atSecond: instant.seconds) }

    /// The local day of an instant.
    package func day(of instant: Instant) -> CivilDate {
        Instant(microseconds: instant.microseconds + Int64(offset(at: instant)) * 1_000_000).utcDate
    }

    /// The first instant whose local day lies after `day`: the end of its last hour, also where a clock change makes the
    /// day longer or shorter or skips midnight.
    package func end(of day: CivilDate) -> Instant {
        let midnight = (day.daysSinceEpoch + 1) * 86_400
        // Offsets of a place differ by less than a day around any midnight of it.
        let from = midnight - 90_000
        let to = midnight + 90_000
        let moments = Set(changes(from: from, to: to) + candidates(midnight, from: from, to: to))
        let found = moments.sorted().first { second in
            self.day(of: Instant(microseconds: second * 1_000_000)) > day
        }
        return Instant(microseconds: (found ?? midnight - Int64(offset(atSecond: midnight))) * 1_000_000)
    }

    /// The local day that an end, which isn't included itself, closes.
    package func lastDay(before end: Instant) -> CivilDate { day(of: Instant(microseconds: end.microseconds - 1)) }

    /// When local clocks show that midnight, under each offset that holds around it.
    private func candidates(_ midnight: Int64, from: Int64, to: Int64) -> [Int64] {
        ([from] + changes(from: from, to: to)).map { midnight - Int64(offset(atSecond: $0)) }
    }

    private func changes(from: Int64, to: Int64) -> [Int64] {
        var moments = transitions.map(\.at).filter { (from...to).contains($0) }
        if let rule, to > (transitions.last?.at ?? .min) {
            let year = Instant(microseconds: from * 1_000_000).utcDate.year
            moments += [year, year + 1].flatMap { rule.changes(in: $0) }.filter { (from...to).contains($0) }
        }
        return moments
    }

    func offset(atSecond second: Int64) -> Int {
        guard let last = transitions.last, second < last.at else {
            return rule?.offset(at: second) ?? transitions.last?.offset ?? firstOffset
        }
        // The last transition that isn't later.
        var low = 0
        var high = transitions.count
        while low < high {
            let middle = (low + high) / 2
            if transitions[middle].at <= second { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? firstOffset : transitions[low - 1].offset
    }
}
