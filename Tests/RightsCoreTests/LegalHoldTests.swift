import RightsCore
import Testing

/// What a hold may be, and what may happen to it.
@Suite struct LegalHoldTests {
    private static let today = CivilDate(year: 2026, month: 11, day: 21)!
    private static let now = Instant(microseconds: 1_795_000_000_000_000)
    private static let grace = StaffID("0199a1c2-0005-7000-8000-000000000001")!
    private static let kim = StaffID("0199a1c2-0005-7000-8000-000000000002")!
    private static let ada = Hash256(Array(repeating: 1, count: 32))!
    private static let bob = Hash256(Array(repeating: 2, count: 32))!

    private static func day(_ text: String) -> CivilDate { CivilDate(text)! }

    private static func hold(
        matter: String = "2026-LIT-014", _ scope: HoldScope = HoldScope(subject: ada), reviewOn: String = "2027-05-31"
    ) -> LegalHold {
        LegalHold(
            id: HoldID("0199a1c2-0006-7000-8000-000000000006")!, matter: matter, basis: .gdprClaims, scope: scope,
            issuer: grace, placedAt: now, reviewOn: day(reviewOn))
    }

    /// The field that a refusal names; nil when nothing is refused.
    private static func refused(_ hold: LegalHold) -> String? {
        do {
            try hold.check(today: today)
            return nil
        } catch { return error.field }
    }

    // MARK: values

    @Test(arguments: [
        HoldScope(subject: ada), HoldScope(collections: ["invoices"]),
        HoldScope(subject: ada, collections: ["a", "b"]),
        HoldScope(collections: ["invoices"], records: ["17", "a b"]),
        HoldScope(collections: ["x"], range: HoldRange(column: "issued_on", from: day("2024-01-01"), until: nil)),
        HoldScope(
            subject: ada, collections: ["x"],
            range: HoldRange(column: "Due", from: day("2024-01-01"), until: day("2024-01-01"))),
    ])
    func takesWhatIsSpecific(scope: HoldScope) {
        #expect(Self.refused(Self.hold(scope)) == nil)
    }

    @Test(arguments: [
        (HoldScope(), "subject"), (HoldScope(subject: ada, collections: ["Contacts"]), "collections"),
        (HoldScope(collections: ["a", "a"]), "collections"), (HoldScope(collections: [""]), "collections"),
        (HoldScope(subject: ada, records: ["1"]), "records"),
        (HoldScope(collections: ["a", "b"], records: ["1"]), "records"),
        (HoldScope(collections: ["a"], records: ["1\n2"]), "records"),
        (HoldScope(collections: ["a"], records: [""]), "records"),
        (HoldScope(subject: ada, range: HoldRange(column: "d", from: day("2024-01-01"), until: nil)), "range"),
        (HoldScope(collections: ["a"], range: HoldRange(column: "d", from: nil, until: nil)), "range"),
        (HoldScope(collections: ["a"], range: HoldRange(column: "", from: day("2024-01-01"), until: nil)), "range"),
        (
            HoldScope(
                collections: ["a"],
                range: HoldRange(column: "d", from: day("2024-01-02"), until: day("2024-01-01"))), "range"
        ),
    ])
    func refusesWhatCannotBeMeant(scope: HoldScope, field: String) {
        #expect(Self.refused(Self.hold(scope)) == field)
    }

    @Test(arguments: ["Ada Lovelace", "Lovelace", "", "2026/14", "ada@example.com1", String(repeating: "1", count: 41)])
    func aMatterCannotBeAName(matter: String) {
        #expect(Self.refused(Self.hold(matter: matter)) == "matter")
    }

    @Test(arguments: [
        ("2026-11-22", true), ("2027-11-22", true), ("2026-11-21", false), ("2026-11-20", false), ("2027-11-23", false),
    ])
    func aReviewLiesWithinAYear(day: String, isTaken: Bool) {
        #expect(Self.refused(Self.hold(reviewOn: day)) == (isTaken ? nil : "review_on"))
    }

    // MARK: scope

    @Test func appliesToItsPersonOrToEverybody() {
        let one = HoldScope(subject: Self.ada)
        let all = HoldScope(collections: ["invoices"])

        #expect(one.applies(to: Self.ada) && !one.applies(to: Self.bob))
        #expect(all.applies(to: Self.ada) && all.applies(to: Self.bob))
        #expect(one.touches(["tasks"]) && one.touches([]))
        #expect(all.touches(["invoices", "tasks"]) && all.touches([]) && !all.touches(["tasks"]))
    }

    @Test func theDayOfReviewIsInTime() {
        let hold = Self.hold(reviewOn: "2026-12-01")

        #expect(!hold.isReviewOverdue(on: Self.day("2026-12-01")))
        #expect(hold.isReviewOverdue(on: Self.day("2026-12-02")))
    }

    // MARK: life

    @Test func isInForceFromTheFirstMomentToTheLast() throws {
        var hold = Self.hold()
        #expect(hold.applies(to: Self.ada) && hold.state == .proposed)
        try hold.confirm(by: Self.kim, at: Self.now)
        #expect(hold.applies(to: Self.ada) && hold.state == .active && hold.approvedBy == Self.kim)
        try hold.proposeRelease(by: Self.kim)
        #expect(hold.applies(to: Self.ada) && hold.state == .releaseProposed)
        try hold.decline(by: Self.kim, at: Self.now)
        #expect(hold.applies(to: Self.ada) && hold.state == .active && hold.releaseProposedBy == nil)
        try hold.proposeRelease(by: Self.grace)
        try hold.confirmRelease(by: Self.kim, at: Self.now)
        #expect(!hold.applies(to: Self.ada) && hold.state == .released && hold.releasedAt == Self.now)
        #expect(!hold.isReviewOverdue(on: Self.day("2029-01-01")))
    }

    @Test func oneAloneNeitherConfirmsNorEndsIt() throws {
        var hold = Self.hold()
        #expect(throws: HoldError.self) { try hold.confirm(by: Self.grace, at: Self.now) }
        #expect(throws: HoldError.self) { try hold.decline(by: Self.grace, at: Self.now) }
        try hold.confirm(by: Self.kim, at: Self.now)
        try hold.proposeRelease(by: Self.grace)
        let same = #expect(throws: HoldError.self) { try hold.confirmRelease(by: Self.grace, at: Self.now) }

        #expect(same?.kind == .needsSecondPerson)
        #expect(hold.state == .releaseProposed)
    }

    @Test func whatIsOverStaysOver() throws {
        var hold = Self.hold()
        try hold.decline(by: Self.kim, at: Self.now)
        let before = hold
        let errors = [
            #expect(throws: HoldError.self) { try hold.confirm(by: Self.kim, at: Self.now) },
            #expect(throws: HoldError.self) { try hold.decline(by: Self.kim, at: Self.now) },
            #expect(throws: HoldError.self) { try hold.proposeRelease(by: Self.kim) },
            #expect(throws: HoldError.self) { try hold.confirmRelease(by: Self.kim, at: Self.now) },
            #expect(throws: HoldError.self) { try hold.review(nextOn: Self.day("2027-01-01"), today: Self.today) },
        ]

        for error in errors { #expect(error?.kind == .notPossible && error?.hint != nil) }
        #expect(hold == before && hold.state == .declined)
    }
}
