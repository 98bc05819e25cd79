/// Everything that pgBackRest was asked of one repository, as it came.
struct PgBackRestOutputs: Sendable {
    /// `info --repo=N`.
    let info: ToolOutput
    /// `info` of all stanzas and repositories.
    let overview: ToolOutput
    /// `repo-ls backup/STANZA`.
    let backups: ToolOutput
    /// `repo-ls --recurse archive/STANZA`.
    let archive: ToolOutput
    /// `repo-get` of the history files, by their path below `archive/STANZA`.
    var histories: [String: ToolOutput] = [:]
}
