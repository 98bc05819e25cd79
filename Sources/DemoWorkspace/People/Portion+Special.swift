extension Portion {
    /// The portions of the special people: the same in every size of workspace.
    mutating func special(_ trait: Trait, _ random: inout SplitMix64) {
        switch trait {
        case .empty: break
        case .billingOnly: (billingCustomers, invoices) = (1, 4)
        case .ordinary: rich()
        default:
            ample()
            adapt(to: trait)
        }
    }

    /// Ada's: a year of ordinary use.
    private mutating func rich() {
        (profiles, contacts, tasks) = (1, 48, 64)
        (conversations, messages) = (36, 620)
        (uploads, pages) = (24, 8)
        (briefings, assistantRuns, activity) = (40, 70, 320)
        (sessions, apiKeys, billingCustomers, invoices) = (9, 3, 1, 12)
    }

    /// Enough rows for every peculiar value to turn up in every column it fits.
    private mutating func ample() {
        (profiles, contacts, tasks) = (1, 40, 40)
        (conversations, messages) = (40, 80)
        (uploads, pages) = (4, 40)
        (briefings, assistantRuns, activity) = (30, 40, 40)
        (sessions, apiKeys, billingCustomers, invoices) = (24, 24, 1, 24)
    }

    private mutating func adapt(to trait: Trait) {
        switch trait {
        case .hostileFileNames: (uploads, pages) = (Oddity.fileNames.count, 0)
        case .damagedFiles: (uploads, pages) = (6, 1)
        case .silentConversations: (conversations, messages) = (250, 0)
        case .longConversation: (conversations, messages) = (1, 2000)
        case .deepTasks: tasks = 150
        case .longText: (conversations, messages, pages) = (2, 8, 2)
        default: break
        }
    }
}
