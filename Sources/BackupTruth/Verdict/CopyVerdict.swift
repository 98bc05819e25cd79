package import RightsCore

/// What can be said of a person and a copy, the better first.
package enum Standing: String, Sendable, Hashable, Comparable, CaseIterable {
    /// Nothing of the person is left there.
    case purged
    /// Bytes may be left; no restore brings the person back.
    case mayHoldBytes = "may_hold_bytes"
    /// A restore brings the person back.
    case canResurrect = "can_resurrect"
    /// It can't be said.
    case unknown

    private var rank: Int {
        switch self {
        case .purged: 0
        case .mayHoldBytes: 1
        case .canResurrect: 2
        case .unknown: 3
        }
    }

    package static func < (left: Standing, right: Standing) -> Bool { left.rank < right.rank }
}

/// What a verdict rests on, the stronger first.
package enum Evidence: String, Sendable, Hashable, Comparable, CaseIterable {
    /// The copy's own catalogue, with positions in the log.
    case catalogue
    /// Times of files.
    case fileTimes = "file_times"
    /// Somebody's word.
    case attested

    private var rank: Int {
        switch self {
        case .catalogue: 0
        case .fileTimes: 1
        case .attested: 2
        }
    }

    package static func < (left: Evidence, right: Evidence) -> Bool { left.rank < right.rank }
}

/// What can be said of an erasure and one copy.
package struct CopyVerdict: Sendable, Hashable {
    /// The copy.
    package let copy: String
    /// When it was read.
    package let readAt: Instant
    /// What can be said.
    package let standing: Standing
    /// What it rests on.
    package let evidence: Evidence
    /// The backups a restore of which brings the person back.
    package let resurrecting: [String]
    /// The backups that may hold bytes, those that resurrect among them.
    package let holding: [String]
    /// How many files of the log may hold bytes.
    package let holdingSegments: Int
    /// The name of the first of them.
    package let firstHoldingSegment: String?
    /// Those of `holding` that were exempted from expiry: they never go by themselves.
    package let exempt: [String]
    /// Why nothing can be said, where that is so.
    package let reasons: [Obstacle]
}

/// What can be said of an erasure and all copies.
package struct OverallVerdict: Sendable, Hashable {
    /// The verdict of each declared copy, in their order.
    package let copies: [CopyVerdict]

    /// The verdicts of all declared copies.
    package init(_ copies: [CopyVerdict]) { self.copies = copies }

    /// The worst of all; unknown where no copy is declared.
    package var standing: Standing { copies.map(\.standing).max() ?? .unknown }

    /// The weakest that any of them rests on.
    package var evidence: Evidence { copies.map(\.evidence).max() ?? .attested }
}
