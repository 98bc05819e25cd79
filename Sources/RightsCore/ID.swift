/// The id of one thing of a kind: a UUID of version 7 (RFC 9562 §5.7), so ids sort by time.
package struct ID<Owner>: Hashable, Sendable, CustomStringConvertible {
    /// Lower-case canonical text, 36 characters.
    package let text: String

    /// A fresh id for `now`.
    package init(now: Instant, using random: inout some RandomNumberGenerator) {
        let milliseconds = UInt64(max(0, now.microseconds / 1000))
        let high = milliseconds << 16 | 0x7000 | random.next(upperBound: 0x1000 as UInt64)
        let low = 0x8000_0000_0000_0000 | random.next() >> 2
        text = Self.canonical(high: high, low: low)
    }

    /// Parses canonical text; nil when it is no UUID.
    package init?(_ text: String) {
        let lowered = text.lowercased()
        guard lowered.isUUID else { return nil }
        self.text = lowered
    }

    /// The last eight hexadecimal digits: random, so it names an archive without telling anything.
    package var shortText: String { String(text.suffix(8)) }

    package var description: String { text }

    private static func canonical(high: UInt64, low: UInt64) -> String {
        let digits = high.hex(16) + low.hex(16)
        var parts: [Substring] = []
        var rest = digits[...]
        for length in [8, 4, 4, 4, 12] {
            parts.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        return parts.joined(separator: "-")
    }
}

/// The id of a request.
package typealias RequestID = ID<RequestLife>
/// The id of a claim: what somebody asks before they have shown who they are.
package typealias ClaimID = ID<ClaimKind>
/// The id of a job of the queue.
package typealias JobID = ID<JobKind>
/// The id of a download link.
package typealias LinkID = ID<LinkKind>
/// The id of a member of the staff.
package typealias StaffID = ID<StaffKind>
/// The id of a notice: a mail to a person or to the operators.
package typealias NoticeID = ID<NoticeKind>
/// The id of an event told to a webhook.
package typealias EventID = ID<EventKind>
/// The id of an erasure plan.
package typealias PlanID = ID<PlanKind>
/// The id of one carrying out of a plan: a step that is repeated after a crash finds what it did by it.
package typealias ErasureRunID = ID<ErasureRun>

/// Marks ids of claims.
package enum ClaimKind {}
/// Marks ids of links.
package enum LinkKind {}
/// Marks ids of staff.
package enum StaffKind {}
/// Marks ids of notices.
package enum NoticeKind {}
/// Marks ids of events.
package enum EventKind {}
/// Marks ids of erasure plans.
package enum PlanKind {}
/// Marks ids of erasure runs.
package enum ErasureRun {}

extension UInt64 {
    fileprivate func hex(_ width: Int) -> String {
        let digits = String(self, radix: 16)
        return String(repeating: "0", count: width - digits.count) + digits
    }
}

extension String {
    /// Whether this is a UUID in its canonical 8-4-4-4-12 form, in either case.
    package var isUUID: Bool {
        let groups = split(separator: "-", omittingEmptySubsequences: false)
        return groups.map(\.utf8.count) == [8, 4, 4, 4, 12]
            && groups.allSatisfy { $0.utf8.allSatisfy { Character(UnicodeScalar($0)).isHexDigit } }
    }
}
