extension LegalHold {
    /// How far ahead the review lies at most: a hold has to be looked at every year.
    package static let longestReview = 366

    // MARK: placing

    /// Refuses values that no hold can have.
    ///
    /// - Parameter today: the controller's day.
    package func check(today: CivilDate) throws(HoldError) {
        guard Self.isMatter(matter) else {
            throw HoldError(
                field: "matter",
                "matter has to be letters, digits and -_. with a digit among them, at most 40 characters",
                hint: "the reference of the matter, such as 2026-LIT-014; names don't belong there")
        }
        try scope.check()
        try Self.check(reviewOn: reviewOn, today: today)
    }

    /// Whether a text can be a matter's reference: with a digit in it, so that it can't be a name.
    package static func isMatter(_ text: String) -> Bool {
        (1...40).contains(text.utf8.count) && text.utf8.contains { (0x30...0x39).contains($0) }
            && text.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                    true
                default: false
                }
            }
    }

    private static func check(reviewOn: CivilDate, today: CivilDate) throws(HoldError) {
        guard today < reviewOn, reviewOn.daysSinceEpoch - today.daysSinceEpoch <= longestReview else {
            throw HoldError(
                field: "review_on", "review_on has to be a day after today, and at most \(longestReview) days ahead",
                hint: "a hold is kept only as long as somebody asks again whether it is needed")
        }
    }

    // MARK: changing

    /// A second person stands for it, too.
    package mutating func confirm(by second: StaffID, at now: Instant) throws(HoldError) {
        guard state == .proposed else { throw impossible("confirmed") }
        guard second != issuer else { throw Self.samePerson("placed the hold", "confirm it") }
        state = .active
        approvedBy = second
        approvedAt = now
    }

    /// A second person doesn't stand for it: a hold that waits for confirmation ends; one whose release was proposed
    /// goes on.
    package mutating func decline(by second: StaffID, at now: Instant) throws(HoldError) {
        switch state {
        case .proposed:
            guard second != issuer else { throw Self.samePerson("placed the hold", "end it") }
            end(as: .declined, by: second, at: now)
        case .releaseProposed:
            // Keeping is safe: also whoever proposed the release may take it back.
            state = .active
            releaseProposedBy = nil
        case .active, .released, .declined: throw impossible("declined")
        }
    }

    /// Somebody proposes to let it go; it stays in force.
    package mutating func proposeRelease(by first: StaffID) throws(HoldError) {
        guard state == .active else { throw impossible("released") }
        state = .releaseProposed
        releaseProposedBy = first
    }

    /// A second person lets it go.
    package mutating func confirmRelease(by second: StaffID, at now: Instant) throws(HoldError) {
        guard state == .releaseProposed else { throw impossible("let go") }
        guard second != releaseProposedBy else { throw Self.samePerson("proposed the release", "confirm it") }
        end(as: .released, by: second, at: now)
    }

    /// Somebody looked and found that it is still needed.
    package mutating func review(nextOn day: CivilDate, today: CivilDate) throws(HoldError) {
        guard isInForce else { throw impossible("reviewed") }
        try Self.check(reviewOn: day, today: today)
        reviewOn = day
    }

    private mutating func end(as ending: HoldState, by second: StaffID, at now: Instant) {
        state = ending
        releasedBy = second
        releasedAt = now
    }

    private func impossible(_ deed: String) -> HoldError {
        let hint =
            switch state {
            case .proposed: "it waits for a second person: confirm or decline it first"
            case .active: "its release has to be proposed first"
            case .releaseProposed: "its release waits for a second person: confirm or decline that first"
            case .released, .declined: "it is over; place a new one if something has to be kept"
            }
        return HoldError(.notPossible, "the hold is \(state.rawValue): it can't be \(deed) now", hint: hint)
    }

    private static func samePerson(_ first: String, _ second: String) -> HoldError {
        HoldError(
            .needsSecondPerson, "whoever \(first) can't \(second)", hint: "ask a colleague with the role compliance")
    }
}
