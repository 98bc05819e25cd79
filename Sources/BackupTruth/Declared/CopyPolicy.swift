/// How long a copy keeps what it holds, as declared. The catalogue tells whether it is true.
package struct CopyPolicy: Sendable, Hashable {
    /// What ends a backup's life.
    package enum Rule: Sendable, Hashable {
        /// The newest `number` full backups are kept, one taken every `everyDays`.
        case count(Int, everyDays: Int)
        /// Whatever is needed to go back `days` is kept, with a full backup taken every `everyDays`.
        case time(days: Int, everyDays: Int)
        /// Each copy lives so many days for itself.
        case age(days: Int)
    }

    /// What ends a backup's life.
    package let rule: Rule
    /// Days on top: versions of objects, a lifecycle rule that lags, the time that a backup takes.
    package let extraDays: Int

    /// A policy.
    package init(_ rule: Rule, extraDays: Int = 0) {
        self.rule = rule
        self.extraDays = extraDays
    }

    /// How the days come together (docs/backups.md, “How long a copy lives”).
    package var terms: [DayTerm] {
        let own: [DayTerm] =
            switch rule {
            case .count(let number, let every):
                [DayTerm("\(number) backups, one every \(Self.said(every))", days: number * every)]
            case .time(let days, let every):
                [
                    DayTerm("a window of \(Self.said(days))", days: days),
                    DayTerm("2 backups, one every \(Self.said(every))", days: 2 * every),
                ]
            case .age(let days): [DayTerm("a life of \(Self.said(days))", days: days)]
            }
        return extraDays > 0 ? own + [DayTerm("extra", days: extraDays)] : own
    }

    /// Days after which a copy that was made just before an event is gone.
    package var days: Int { terms.reduce(0) { $0 + $1.days } }

    static func said(_ days: Int) -> String { days == 1 ? "1 day" : "\(days) days" }
}

/// A part of a sum of days.
package struct DayTerm: Sendable, Hashable, CustomStringConvertible {
    /// What it stands for.
    package let name: String
    /// How many days.
    package let days: Int

    init(_ name: String, days: Int) {
        self.name = name
        self.days = days
    }

    package var description: String { "\(days) (\(name))" }
}
