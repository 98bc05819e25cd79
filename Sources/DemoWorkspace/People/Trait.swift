/// What is special about a person; the first people of every workspace have one trait each.
enum Trait: String, CaseIterable, Sendable {
    // The order is that of the people: Ada, the demonstration's subject, is person 0.
    case ordinary
    case emoji
    case rightToLeft = "right-to-left"
    case normalForms = "normal-forms"
    case lineSeparators = "line-separators"
    case controlCharacters = "control-characters"
    case extremeDates = "extreme-dates"
    case extremeNumbers = "extreme-numbers"
    case intervals
    case csvFormulas = "csv-formulas"
    case hostileFileNames = "hostile-file-names"
    case jsonText = "json-text"
    case arrays
    case binary
    case networks
    case softDeleted = "soft-deleted"
    case empty
    case billingOnly = "billing-only"
    case damagedFiles = "damaged-files"
    case silentConversations = "silent-conversations"
    case longConversation = "long-conversation"
    case deepTasks = "deep-tasks"
    case longText = "long-text"
    case thirdParties = "third-parties"
    /// Size `heavy` only: millions of messages.
    case heavy
    /// Everybody else.
    case plain

    /// The trait of a person of a workspace.
    static func of(_ index: Int, in size: WorkspaceSize) -> Trait {
        let special = allCases.count - (size == .heavy ? 1 : 2)
        return index < special ? allCases[index] : .plain
    }
}
