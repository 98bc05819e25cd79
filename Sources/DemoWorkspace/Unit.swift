/// One turn of one person in one table: the raw material of a row.
struct Unit {
    let person: Person
    /// Counts the person's turns in this table from zero.
    let ordinal: Int
    /// How many turns the person has in this table.
    let count: Int
    /// When it happened; later turns happened later.
    let moment: Moment
    /// Random numbers of this row alone.
    var random: SplitMix64

    init(_ turn: Interleaving.Turn, of person: Person, seed: UInt64, purpose: Purpose) {
        self.person = person
        ordinal = turn.ordinal
        count = turn.count
        moment = Moment(position: turn.position)
        random = SplitMix64(seed: seed, purpose, person: person.index, ordinal: turn.ordinal)
    }

    /// The primary key of this unit's row, where that is a uuid.
    func id(_ purpose: Purpose) -> String { person.id(purpose, ordinal) }

    /// A value of the person's peculiar ones, another one for each row and column; nil for most people.
    func odd<Value>(_ pool: (Oddity) -> [Value], _ column: Int = 0) -> Value? {
        guard let values = person.oddity.map(pool), !values.isEmpty else { return nil }
        return values[(ordinal + column) % values.count]
    }

    /// A peculiar text, or the ordinary one.
    func text(_ column: Int = 0, or ordinary: @autoclosure () -> String) -> String {
        odd({ $0.texts }, column) ?? ordinary()
    }

    /// A text that ends in the person's canary.
    func marked(_ column: Int = 0, or ordinary: @autoclosure () -> String) -> String {
        text(column, or: ordinary()) + " " + person.canary
    }

    /// When the row went into the bin: mostly never.
    func binned() -> String? {
        let isBinned = person.trait == .softDeleted ? ordinal % 3 != 0 : person.trait != .ordinary && ordinal % 12 == 11
        let isAdas = person.trait == .ordinary && ordinal % 16 == 15
        return isBinned || isAdas ? moment.adding(days: 3).text : nil
    }
}
