internal import FoundationEssentials
package import RightsCore

/// What a drill found: names of things, positions and numbers, never whom it is about. It is what is signed.
package struct DrillReport: Sendable, Hashable, Codable {
    /// The version of this form.
    package static let formatVersion = 1
    /// What the document calls itself.
    package static let kind = "backups-drill"

    /// Something that somebody has to look at.
    package struct Finding: Sendable, Hashable, Codable {
        /// What kind; stable (docs/backups.md, “Drills”).
        package let code: Code
        /// Said for people.
        package let words: String

        init(_ code: Code, _ words: String) {
            self.code = code
            self.words = words
        }
    }

    /// Kinds of findings.
    package enum Code: String, Sendable, Hashable, Codable, CaseIterable {
        /// The catalogue can't be read whole.
        case catalogue
        /// There is no backup to restore.
        case noBackup = "no-backup"
        /// A backup can't be restored.
        case restoreFailed = "restore-failed"
        /// What was restored points to places outside of the scratch folder, so it wasn't started.
        case outside
        /// The restored server doesn't start.
        case noStart = "no-start"
        /// The restored server let the product's roles in.
        case notGated = "not-gated"
        /// The fence was closed, and a role came in all the same.
        case gateLeaks = "gate-leaks"
        /// The fence doesn't lift after the replay.
        case notLifted = "not-lifted"
        /// The ledger doesn't fit what was restored.
        case ledger
        /// The replay stopped, or left something undone.
        case replay
        /// Tables lost other rows than the replay says.
        case rowsDiffer = "rows-differ"
        /// A canary is found in a row after the replay.
        case canaryInRows = "canary-in-rows"
        /// Something else went wrong.
        case failed
        /// A step took longer than allowed.
        case timedOut = "timed-out"
        /// The scratch folder can't be removed.
        case leftBehind = "left-behind"
        /// Rows that weren't searched whole.
        case notSearched = "not-searched"
        /// The verdict calls a backup clean, and a canary's bytes are in it.
        case verdictContradicted = "verdict-contradicted"
    }

    /// How far the erasure ledger went.
    package struct Ledger: Sendable, Hashable, Codable {
        /// Its last entry's number.
        package let entry: Int
        /// That entry's hash.
        package let head: String

        /// A head by its parts.
        package init(entry: Int, head: String) {
            self.entry = entry
            self.head = head
        }
    }

    /// A declared copy.
    package struct Copy: Sendable, Hashable, Codable {
        package let name: String
        package let kind: String
        /// Whether backups of this kind are restored by drills.
        package let isDrilled: Bool
        /// How many erasures the verdict was asked about, and what it says of them.
        package let verdicts: [String: Int]
        package internal(set) var backups: [Backup] = []
        package internal(set) var findings: [Finding] = []
    }

    /// A backup that was restored.
    package struct Backup: Sendable, Hashable, Codable {
        package let label: String
        /// `newest`, `oldest`.
        package let roles: [String]
        package internal(set) var bytes: UInt64?
        package internal(set) var system: String?
        package internal(set) var timeline: UInt32?
        package internal(set) var start: String?
        package internal(set) var stop: String?
        package internal(set) var restoreMilliseconds: Int?
        package internal(set) var recoveryMilliseconds: Int?
        package internal(set) var server: String?
        package internal(set) var endTimeline: UInt32?
        package internal(set) var endPosition: String?
        package internal(set) var gate: Gate?
        package internal(set) var replay: Replay?
        package internal(set) var tables: [Table] = []
        package internal(set) var canaries: Canaries?
        /// Whether the verdict says that this backup may hold bytes of somebody; nil where nothing was erased.
        package internal(set) var mayHoldBytes: Bool?
        package internal(set) var findings: [Finding] = []
    }

    /// What the gate did.
    package struct Gate: Sendable, Hashable, Codable {
        /// `closed`, `open`.
        package let state: String
        /// Roles that tried to log in, and that were refused.
        package let tried: Int
        package let refused: Int
        /// Whether it was open after the replay; nil where nothing was lifted.
        package internal(set) var isLifted: Bool?
    }

    /// What the replay did.
    package struct Replay: Sendable, Hashable, Codable {
        package let missingRuns: Int
        package let found: Int
        package let erasedAgain: Int
        package let rows: Int
        package let keptOnPurpose: Int
        package let unresolved: Int
        package let isVerified: Bool
    }

    /// Rows of a table of the data map.
    package struct Table: Sendable, Hashable, Codable {
        package let name: String
        package let before: Int
        package let after: Int
    }

    /// How often canaries were found.
    package struct Canaries: Sendable, Hashable, Codable {
        /// In the files of the data folder, its log apart.
        package let filesBefore: Int
        package let filesAfter: Int
        /// In `pg_wal`.
        package let logBefore: Int
        package let logAfter: Int
        /// Rows with one.
        package let rowsBefore: Int
        package let rowsAfter: Int
    }

    package var format = Self.formatVersion
    package var kind = Self.kind
    /// The map's short name of the product.
    package let service: String
    package let startedAt: Instant
    package let endedAt: Instant
    /// Programs and their versions.
    package let versions: [String: String]
    package let ledger: Ledger
    /// How many canaries were looked for.
    package let canaries: Int
    package let copies: [Copy]

    /// A report by its parts.
    package init(
        service: String, startedAt: Instant, endedAt: Instant, versions: [String: String], ledger: Ledger,
        canaries: Int, copies: [Copy]
    ) {
        self.service = service
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.versions = versions
        self.ledger = ledger
        self.canaries = canaries
        self.copies = copies
    }

    /// Everything that somebody has to look at, with the copy and the backup.
    package var findings: [(place: String, finding: Finding)] {
        copies.flatMap { copy in
            copy.findings.map { (copy.name, $0) }
                + copy.backups.flatMap { backup in backup.findings.map { ("\(copy.name), \(backup.label)", $0) } }
        }
    }

    /// Canonical JSON: keys sorted, no white space, UTF-8. What is signed are these bytes.
    package func canonicalBytes() throws -> [UInt8] { try CanonicalJSON.bytes(self) }

    /// The report of its canonical bytes; nil for anything else.
    package init?(canonicalBytes bytes: [UInt8]) {
        guard let report = try? JSONDecoder().decode(Self.self, from: Data(bytes)), report.kind == Self.kind,
            report.format == Self.formatVersion, (try? report.canonicalBytes()) == bytes
        else { return nil }
        self = report
    }
}
