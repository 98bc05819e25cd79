/// What a verification looked at and found.
package struct VerificationReport: Sendable {
    /// One thing looked at.
    package struct Check: Sendable, Codable {
        /// What came out.
        package enum Outcome: String, Sendable, Codable { case passed, failed, unchecked }

        package let name: String
        package let outcome: Outcome
        /// What is wrong, or what was looked at.
        package let detail: String

        init(name: String, outcome: Outcome, detail: String) {
            (self.name, self.outcome, self.detail) = (name, outcome, detail)
        }

        /// A check that failed when there are faults, of which the first are told.
        init(_ name: String, _ faults: [String], passed: String) {
            self.name = name
            outcome = faults.isEmpty ? .passed : .failed
            let rest = faults.count > 5 ? "; and \(faults.count - 5) more" : ""
            detail = faults.isEmpty ? passed : faults.prefix(5).joined(separator: "; ") + rest
        }
    }

    /// The checks in the order they were made.
    package private(set) var checks: [Check] = []
    /// The manifest, when one could be read.
    package internal(set) var manifest: Manifest?
    /// The SHA-256 of the manifest's bytes, by which a later part names this one.
    package internal(set) var manifestSHA256: String?
    /// The bag's folder in the archive.
    package internal(set) var root = ""
    /// Bytes of all entries, unpacked.
    package internal(set) var unpackedBytes: UInt64 = 0
    /// Number of entries.
    package internal(set) var entryCount = 0

    /// Whether nothing failed.
    package var isSound: Bool { !checks.contains { $0.outcome == .failed } }
    /// Whether nothing failed and nothing was left unchecked.
    package var isComplete: Bool { checks.allSatisfy { $0.outcome == .passed } }

    /// A report of nothing yet.
    package init() {}

    /// Notes a check: it failed when there are faults.
    package mutating func record(_ name: String, _ faults: [String], passed: String) {
        checks.append(Check(name, faults, passed: passed))
    }

    /// Notes that something couldn't be checked.
    package mutating func leave(_ name: String, why: String) {
        checks.append(Check(name: name, outcome: .unchecked, detail: why))
    }
}
