import AuditLedger
import PostgresTestKit
import RequestLedger
import RightsCore
import Testing

@testable import RightsEngine

/// A bench on a fixed day, with somebody of the staff who may do everything about requests.
struct ClockBench: Sendable {
    var work: WorkBench
    let caller: StaffCaller

    var engine: Engine { work.engine }

    static func with(
        at time: String, _ body: (ClockBench) async throws -> Void
    ) async throws {
        try await WorkBench.with { work in
            try work.clock.set(#require(Instant(rfc3339: time)))
            try await body(ClockBench(work: work, caller: work.staff("Clock", .compliance)))
        }
    }

    func set(_ time: String) throws { try work.clock.set(#require(Instant(rfc3339: time))) }

    /// A request that staff write down.
    func open(
        _ received: String, regime: String = "GDPR", also: [String] = [], right: RequestRight = .access,
        person: String = "user:1"
    ) async throws -> RequestRecord {
        let found = try await engine.find(person)
        let stamp = try #require(Stamp(rfc3339: received))
        return try await engine.control.transaction { transaction in
            try await engine.open(
                StaffRequestInput(
                    subject: person, right: right, regime: regime, alsoUnder: also, received: stamp,
                    language: .english),
                for: found, by: caller, .sample, in: transaction
            ).request
        }
    }

    /// The person's identity is checked: the request goes on.
    func verify(_ id: RequestID) async throws {
        _ = try await change {
            try await engine.vouch(
                id, method: "call-back", evidence: ["invoice"], isAccepted: true, by: caller, .sample, in: $0)
        }
    }

    func change<Value: Sendable>(_ body: (ControlTransaction) async throws -> Value) async throws -> Value {
        try await engine.control.transaction { try await body($0) }
    }

    /// A request as it is stored.
    func stored(_ id: RequestID) async throws -> RequestRecord { try await work.request(id) }

    func due(_ id: RequestID) async throws -> String? {
        try await stored(id).dates.dueEnd.map { engine.settings.clock.zone.lastDay(before: $0).description }
    }

    func workBy(_ id: RequestID) async throws -> String? {
        try await stored(id).dates.workEnd.map { engine.settings.clock.zone.lastDay(before: $0).description }
    }

    func clocks(_ id: RequestID) async throws -> RequestClocks { try await engine.dates(of: id) }

    /// Works off the mails that wait; what each came to is what `post` says.
    func mail(_ post: @escaping PostOffice = { _ in .handedOver(replyCode: 250) }) async throws -> [String: Int] {
        let letters = Tally()
        try await work.database.run("UPDATE habeas.job SET run_at = clock_timestamp() WHERE state = 'waiting'")
        let workshop = Workshop.test(.small(in: work.archives)) { letter in
            letters.add(letter.notice.kind)
            return try await post(letter)
        }
        var settings = work.settings()
        settings.exportPlaces = 0
        try await work.withWorker(workshop, settings) {
            try await work.until(
                "SELECT NOT EXISTS (SELECT FROM habeas.job WHERE state IN ('waiting', 'running') AND kind = 'mail')")
        }
        return letters.all
    }

    /// Facts of the last entry of that action.
    func facts(_ action: AuditAction, _ id: RequestID) async throws -> String {
        try await work.value(
            "SELECT facts FROM habeas.audit_entry WHERE action = $1 AND request_id = $2 ORDER BY seq DESC LIMIT 1",
            [action.rawValue, id.text])
    }
}

extension StaffGround {
    /// A ground whose words the person reads.
    static func words(_ code: String = "complex") throws -> StaffGround {
        StaffGround(
            ticket: try #require(Ticket("T-7")), reason: try #require(Reason("\(code):because of three archives")))
    }
}
