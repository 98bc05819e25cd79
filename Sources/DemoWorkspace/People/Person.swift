/// A person of the workspace: who they are and how much the product knows of them.
struct Person: Sendable {
    let index: Int
    let trait: Trait
    let portion: Portion
    /// The primary key in `users`.
    let id: String
    /// Marks every row of this person and no other.
    let canary: String
    /// Whether the files this person's rows point to exist in the object store at all.
    let hasFiles: Bool
    private let seed: UInt64

    init(index: Int, in cast: Cast) {
        self.index = index
        seed = cast.seed
        trait = Trait.of(index, in: cast.size)
        hasFiles = cast.size == .demo || index < 40
        canary = DemoWorkspace.canary(of: index)
        var random = SplitMix64(seed: seed, .users, person: index, ordinal: 0)
        id = makeUUID(&random)
        portion = Portion(of: trait, index: index, in: cast)
    }

    /// The peculiar values this person's rows have, if any.
    var oddity: Oddity? { trait == .plain || trait == .heavy ? nil : Oddity.of[trait] }

    /// The uuid of this person's row of that ordinal in that table.
    func id(_ purpose: Purpose, _ ordinal: Int) -> String {
        if purpose == .users { return id }
        var random = SplitMix64(seed: ~seed, purpose, person: index, ordinal: ordinal)
        return makeUUID(&random)
    }

    /// Random numbers of this person's own for a purpose.
    func random(_ purpose: Purpose, _ ordinal: Int = 0) -> SplitMix64 {
        SplitMix64(seed: seed &+ 1, purpose, person: index, ordinal: ordinal)
    }

    /// First and last name.
    var name: Name {
        if trait == .ordinary { return Name(first: "Ada", last: "Lindqvist", mailbox: "ada") }
        var random = random(.name)
        return Name(&random)
    }

    /// Unique among all people, and always under a domain reserved for examples (RFC 2606).
    var email: String {
        switch index % 3 {
        case _ where trait == .ordinary: "ada@example.com"
        case 1: "\(name.mailbox)+\(canary)@example.org"
        case 2: "\(name.mailbox.uppercased()).\(index)@example.net"
        default: "\(name.mailbox).\(index)@example.com"
        }
    }

    /// The topic of a conversation, and of whatever else carries the same number.
    func topic(_ ordinal: Int) -> Topic {
        var random = random(.topic, ordinal)
        return random.pick(Topic.all)
    }
}
