import AuditLedger
import PostgresTestKit
import RequestLedger
import RightsCore
import Testing

@testable import RightsEngine

/// A bench with two colleagues of role compliance, on a fixed day.
struct HoldBench: Sendable {
    let work: WorkBench
    let grace: StaffCaller
    let kim: StaffCaller

    var engine: Engine { work.engine }

    static func with(_ body: (HoldBench) async throws -> Void) async throws {
        try await WorkBench.with { work in
            try work.clock.set(#require(Instant(rfc3339: "2026-11-21T10:00:00Z")))
            try await body(
                HoldBench(
                    work: work, grace: work.staff("Grace", .compliance), kim: work.staff("Kim", .compliance)))
        }
    }

    func change<Value: Sendable>(_ body: (ControlTransaction) async throws -> Value) async throws -> Value {
        try await engine.control.transaction { try await body($0) }
    }

    /// A hold that Grace places.
    func place(
        on subject: String? = "user:7", collections: [String] = ["tasks"], records: [String] = [],
        reviewOn: String = "2027-05-31"
    ) async throws -> LegalHold {
        var found: FoundPerson?
        if let subject { found = try await engine.find(subject) }
        let input = HoldInput(
            matter: "2026-LIT-014", basis: .gdprClaims,
            scope: HoldScope(collections: collections, records: records),
            reviewOn: try #require(CivilDate(reviewOn)))
        let person = found
        return try await change {
            try await engine.placeHold(input, on: person, by: grace, .sample, in: $0).hold
        }
    }

    /// A hold that two stand for, and that two let go.
    func release(_ hold: LegalHold) async throws -> HoldOutcome {
        _ = try await change { try await engine.confirmHold(hold.id, by: kim, .sample, in: $0) }
        _ = try await change { try await engine.proposeRelease(of: hold.id, by: kim, .sample, in: $0) }
        return try await change { try await engine.confirmRelease(of: hold.id, by: grace, .sample, in: $0) }
    }

    /// The holds that an erasure of a person meets.
    func met(_ person: String) async throws -> [LegalHold] {
        try await change { try await engine.holds(applyingTo: engine.hash(person: person), in: $0) }
    }

    /// An erasure that staff write down.
    func erasure(of person: String = "user:7") async throws -> RequestID {
        let found = try await engine.find(person)
        return try await change { transaction in
            try await engine.open(
                StaffRequestInput(subject: person, right: .erasure, regime: "GDPR", language: .english),
                for: found, by: grace, .sample, in: transaction
            ).request.id
        }
    }

    /// The code of a refusal; nil when there was none.
    func refusal(_ body: (ControlTransaction) async throws -> HoldOutcome) async throws -> EngineError.Code? {
        do {
            _ = try await engine.control.transaction { try await body($0).record }
            return nil
        } catch let error as EngineError { return error.code }
    }
}
