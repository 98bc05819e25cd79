/// Everything that Barman was asked of a server, and what lies in its folders.
struct BarmanOutputs: Sendable {
    /// `list-backups`.
    let list: ToolOutput
    /// `show-backup` of each listed backup, by its id.
    var shown: [String: ToolOutput] = [:]
    /// `backup.info` of each listed backup, by its id.
    var infos: [String: [UInt8]] = [:]
    /// The backups that have `annotations/keep`, which the list doesn't show unless a retention policy is set.
    var kept: Set<String> = []
    /// The entries of `base`.
    var base: [String] = []
    /// The files of `wals` and its folders, of `incoming`, `streaming` and `errors`.
    var log: [BarmanLogFile] = []
    /// The history files, by path.
    var histories: [String: [UInt8]] = [:]
    /// What went wrong while the folders were read.
    var obstacles: [Obstacle] = []
}

/// A file among the log that Barman keeps.
struct BarmanLogFile: Sendable, Hashable {
    let name: String
    let path: String
}
