// BackupTruth: what the copies of a database really hold, and what follows from it for each erasure.
//
// Owns backup catalogues, their reading, verdicts and the arithmetic of policies. It must never delete a live row, and
// never call a copy clean that it could not read.

/// Why a declaration of copies can't be used.
package struct BackupError: Error, Sendable, CustomStringConvertible {
    /// Stable codes (docs/errors.md).
    package enum Code: String, Sendable, CaseIterable {
        /// The list of copies isn't what docs/backups.md says.
        case invalid = "backups.invalid"
        /// The arithmetic of a copy's policy exceeds what was promised.
        case promiseExceeded = "backups.promise-exceeded"
        /// The live server's answer can't be understood.
        case unreadable = "backups.unreadable"
        /// A dump couldn't be made.
        case dumpFailed = "backups.dump-failed"
        /// Another drill is running.
        case drillBusy = "backups.drill-busy"
        /// There is no room for what a drill would restore.
        case drillNoRoom = "backups.drill-no-room"
        /// The folder for drills can't be used.
        case drillFolder = "backups.drill-folder"
    }

    /// What went wrong.
    package let code: Code
    /// Said for people: names of copies, settings and numbers.
    package let description: String
    /// What to do about it.
    package let hint: String?
    /// Where in the file.
    package let line: Int?
    /// Where in the line.
    package let column: Int?

    init(_ code: Code, _ description: String, hint: String? = nil, line: Int? = nil, column: Int? = nil) {
        self.code = code
        self.description = description
        self.hint = hint
        self.line = line
        self.column = column
    }
}
