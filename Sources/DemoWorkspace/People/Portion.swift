/// How many rows a person has in each table.
struct Portion: Sendable {
    var profiles = 0
    var contacts = 0
    var tasks = 0
    var conversations = 0
    var messages = 0
    /// Documents with a file.
    var uploads = 0
    /// Documents without one.
    var pages = 0
    var briefings = 0
    var assistantRuns = 0
    var activity = 0
    var sessions = 0
    var apiKeys = 0
    var billingCustomers = 0
    var invoices = 0

    init(of trait: Trait, index: Int, in cast: Cast) {
        var random = SplitMix64(seed: cast.seed, .portion, person: index, ordinal: 0)
        switch (trait, cast.size) {
        case (.plain, .crowd): light(&random)
        case (.plain, .demo): full(&random, files: true)
        case (.plain, .heavy): busy(&random, files: index < 40, messages: cast.heavyMessages / 3000)
        case (.heavy, _):
            busy(&random, files: true, messages: 0)
            conversations = max(1, min(2000, cast.heavyMessages / 50))
            messages = cast.heavyMessages
        default: special(trait, &random)
        }
    }

    /// About ten rows.
    private mutating func light(_ random: inout SplitMix64) {
        (profiles, contacts, tasks) = (1, 1, random.below(3))
        (conversations, messages) = (1, random.within(1...3))
        (pages, briefings, assistantRuns) = (random.below(2), random.below(2), random.below(2))
        (activity, sessions, apiKeys) = (random.within(1...2), 1, random.happens(oneIn: 8) ? 1 : 0)
        billingCustomers = random.happens(oneIn: 4) ? 1 : 0
        invoices = billingCustomers * random.within(1...2)
    }

    /// Some hundred rows.
    private mutating func full(_ random: inout SplitMix64, files: Bool) {
        (profiles, contacts, tasks) = (1, random.within(3...12), random.within(3...15))
        conversations = random.within(1...6)
        messages = conversations * random.within(4...12)
        (uploads, pages) = (files ? random.within(1...4) : 0, random.below(3))
        (briefings, assistantRuns, activity) = (random.below(5), random.within(1...8), random.within(5...40))
        (sessions, apiKeys) = (random.within(1...4), random.below(3))
        billingCustomers = random.happens(oneIn: 2) ? 1 : 0
        invoices = billingCustomers * random.within(1...5)
    }

    /// Some hundred rows and as many messages as asked for, give or take half.
    private mutating func busy(_ random: inout SplitMix64, files: Bool, messages wanted: Int) {
        full(&random, files: files)
        conversations += 6
        messages = max(5, wanted / 2 + random.below(max(1, wanted)))
    }
}
