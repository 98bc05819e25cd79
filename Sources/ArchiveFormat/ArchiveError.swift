/// Why an archive can't be written or read.
package struct ArchiveError: Error, Sendable, CustomStringConvertible {
    /// Stable codes (docs/errors.md).
    package enum Code: String, Sendable, CaseIterable {
        /// The disk is full or the quota used up.
        case noSpace = "archive.no-space"
        /// The place can't be written for another reason.
        case cannotWrite = "archive.cannot-write"
        /// Something with the output's name is there already.
        case outputExists = "archive.output-exists"
        /// The file can't be opened.
        case cannotRead = "archive.cannot-read"
        /// It isn't a ZIP, was cut off, or its structure is broken.
        case damaged = "archive.damaged"
        /// The task was cancelled.
        case interrupted = "archive.interrupted"
        /// Whoever reads the stream went away.
        case readerGone = "archive.reader-gone"
    }

    /// What went wrong.
    package let code: Code
    /// Said for people.
    package let description: String

    package init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
