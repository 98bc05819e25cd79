/// A legal hold: what is in its scope is kept for claims or proceedings, and restricted instead of erased.
///
/// It is in force as soon as it is placed, since evidence that was destroyed doesn't come back. A second person has to
/// confirm it, and two have to release it (LEGAL.md 4.3).
package struct LegalHold: Sendable, Hashable {
    package let id: HoldID
    /// The matter it serves: a reference such as `2026-LIT-014`, never a name.
    package let matter: String
    /// On which ground it keeps what it keeps.
    package let basis: HoldBasis
    /// What it keeps.
    package var scope: HoldScope
    /// Who placed it.
    package let issuer: StaffID
    /// Who of the staff keeps what is held; nil when nobody is named.
    package let custodian: StaffID?
    package let placedAt: Instant
    /// The day by which somebody has to ask whether it is still needed.
    package var reviewOn: CivilDate
    /// Where it stands.
    package var state: HoldState
    /// Who confirmed it, as the second person.
    package var approvedBy: StaffID?
    package var approvedAt: Instant?
    /// Who proposed to release it.
    package var releaseProposedBy: StaffID?
    /// Who ended it, as the second person: confirmed the release, or declined the hold.
    package var releasedBy: StaffID?
    /// When it ended: released, or declined.
    package var releasedAt: Instant?

    /// A hold that was just placed.
    package init(
        id: HoldID, matter: String, basis: HoldBasis, scope: HoldScope, issuer: StaffID, custodian: StaffID? = nil,
        placedAt: Instant, reviewOn: CivilDate
    ) {
        self.id = id
        self.matter = matter
        self.basis = basis
        self.scope = scope
        self.issuer = issuer
        self.custodian = custodian
        self.placedAt = placedAt
        self.reviewOn = reviewOn
        state = .proposed
    }

    /// Whether it keeps what is in its scope.
    package var isInForce: Bool { state.isInForce }

    /// Whether the day of its review is past; the day itself is still in time.
    package func isReviewOverdue(on today: CivilDate) -> Bool { isInForce && reviewOn < today }

    /// Whether it keeps rows of a person.
    package func applies(to subjectHash: Hash256) -> Bool { isInForce && scope.applies(to: subjectHash) }
}

/// The id of a legal hold.
package typealias HoldID = ID<HoldKind>

/// Marks ids of holds.
package enum HoldKind {}

/// Where a hold stands.
package enum HoldState: String, Sendable, CaseIterable, Codable {
    /// It is in force, and waits for a second person to confirm or decline it.
    case proposed
    /// It is in force, and two people stand for it.
    case active
    /// It is in force, and waits for a second person to let it go.
    case releaseProposed = "release_proposed"
    /// It is over: two people let it go.
    case released
    /// It is over: a second person didn't confirm it.
    case declined

    /// Whether it keeps what is in its scope.
    package var isInForce: Bool {
        switch self {
        case .proposed, .active, .releaseProposed: true
        case .released, .declined: false
        }
    }

    /// Whether it waits for a second person.
    package var isUnconfirmed: Bool { self == .proposed || self == .releaseProposed }
}

/// The ground on which a hold keeps what the person wants erased.
package enum HoldBasis: String, Sendable, CaseIterable, Codable {
    /// Legal claims: GDPR Art. 17(3)(e), and the restriction of Art. 18(2).
    case gdprClaims = "gdpr-17-3-e"
    /// The duty to preserve electronically stored information: US FRCP 37(e).
    case usPreservation = "us-frcp-37e"
    /// The duty to preserve documents: England and Wales, Practice Direction 57AD.
    case ukDisclosure = "uk-pd-57ad"
    /// Another duty; the reason's words and the matter say which.
    case other
}
