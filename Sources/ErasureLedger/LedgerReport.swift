package import RightsCore

/// Something wrong with a ledger.
package struct LedgerFinding: Sendable, Hashable, Encodable {
    /// Stable codes (docs/erasure-ledger.md).
    package enum Code: String, Sendable, CaseIterable, Encodable {
        /// A line isn't one of the ledger.
        case unreadable = "line-unreadable"
        /// A line's code isn't that of its content.
        case altered = "line-altered"
        /// A line names another hash than the line before has.
        case unlinked = "line-unlinked"
        /// The last line was torn by a crash.
        case torn = "line-torn"
        /// Entries were left out.
        case missing = "entry-missing"
        /// A number comes again.
        case repeated = "entry-repeated"
        /// A file doesn't follow the one before.
        case fileMissing = "file-missing"
        /// It was written under another key.
        case otherKey = "other-key"
        /// It is of another version.
        case otherVersion = "other-version"
        /// The entry that the database knows isn't there.
        case headMissing = "head-missing"
    }

    /// What is wrong.
    package let code: Code
    /// The file's name; nil when it is about the whole.
    package let file: String?
    /// The line, from 1.
    package let line: Int?
    /// Said for people.
    package let message: String
}

/// What the verification of a ledger found.
package struct LedgerReport: Sendable {
    private static let most = 100

    /// How many files were read.
    package internal(set) var files = 0
    /// What expired before the first file.
    package internal(set) var expired = LedgerExpiry.none
    /// How many entries were read.
    package internal(set) var entries = 0
    /// The first entry's number.
    package internal(set) var first: Int?
    /// The last entry.
    package internal(set) var head = LedgerHead.none
    /// When the first entry was appended.
    package internal(set) var from: Instant?
    /// When the last one was.
    package internal(set) var to: Instant?
    /// How many erasures began and have neither a confirmation nor an end.
    package internal(set) var openIntents = 0
    /// Names of files with what crashes left of lines.
    package internal(set) var tornFiles: [String] = []
    /// Whether the codes could be judged.
    package let hasKey: Bool
    /// What is wrong, the first first; a hundred at most.
    package private(set) var findings: [LedgerFinding] = []
    /// How many findings there were.
    package private(set) var findingCount = 0

    init(hasKey: Bool) { self.hasKey = hasKey }

    /// Whether nothing is wrong.
    package var isSound: Bool { findingCount == 0 }
    /// Whether everything could be judged.
    package var isComplete: Bool { hasKey }

    mutating func add(_ code: LedgerFinding.Code, _ words: String, file: String? = nil, line: Int? = nil) {
        findingCount += 1
        guard findings.count < Self.most else { return }
        let place = file.map { file in line.map { "\(file), line \($0): " } ?? "\(file): " } ?? ""
        findings.append(LedgerFinding(code: code, file: file, line: line, message: place + words))
    }
}
