internal import RowEncoding

/// The spellings of everybody hunted, as one set of patterns, and whose each is.
struct HuntPatterns: Sendable {
    /// Whose needle, and which.
    struct Owner: Hashable {
        let person: Int
        let kind: String
    }

    let set: PatternSet
    /// Whether a number is among them, so that columns of numbers are read too.
    let hasNumbers: Bool
    private let spellings: [NeedleSpelling]
    private let owners: [[Owner]]

    init(_ people: [HuntedPerson]) {
        var owners: [NeedleSpelling: Set<Owner>] = [:]
        for (number, person) in people.enumerated() {
            for needle in Set(person.needles) where needle.weakness == nil {
                let owner = Owner(person: number, kind: needle.kind)
                for spelling in NeedleSpelling.all(of: needle) { owners[spelling, default: []].insert(owner) }
            }
        }
        let spellings = Array(owners.keys)
        set = PatternSet(spellings.map(\.pattern))
        self.spellings = spellings
        hasNumbers = spellings.contains { $0.edges == .number }
        self.owners = spellings.map { Array(owners[$0] ?? []) }
    }

    /// Whose needle a hit is: nobody's when it is part of something else.
    func owners(of hit: RowHit, in setting: NeedleSpelling.Edges.Setting = .value) -> [Owner] {
        spellings[hit.pattern].allows(hit, in: setting) ? owners[hit.pattern] : []
    }

    /// Whose needle a pattern is, whatever stands beside it.
    func owners(ofPattern pattern: Int) -> [Owner] { owners[pattern] }
}
