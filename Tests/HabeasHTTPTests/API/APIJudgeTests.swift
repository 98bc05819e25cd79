import Foundation
import PostgresTestKit
import AuditLedger
import PostgresAccess
import RequestLedger
import RightsCore
import SubjectAccess
import Testing

@testable import Erasing
@testable import HabeasHTTP
@testable import RightsEngine

/// schemathesis calls the service as its own description says it can be called (Tests/Judges/schemathesis).
@Suite struct APIJudgeTests {
    @Test(.timeLimit(.minutes(20))) func schemathesisFindsNothing() async throws {
        try await APIBench.withEngine { database, engine, keys, clock, folder in
            let people = try await database.query("SELECT id FROM workspace.users ORDER BY id LIMIT 20")
            let pool = PostgresPool(to: database.target(as: "habeas_eraser"), limit: 3)
            let tools = try APIBench.erasureTools(database, pool, folder)
            let subjects = people.compactMap { $0[0].map { "user:\($0)" } }
            let things = try await Things.make(engine, subjects: subjects, plan: try await Self.plan(subjects, tools))
            let file = "\(folder)/things.json"
            try JSONEncoder().encode(things).write(to: URL(fileURLWithPath: file))
            let parts = APIBench.parts(
                engine, keys, signIn: nil, clock: clock,
                erasure: tools)
            let outcome = try await withServer(
                { settings in settings.rateLimits = [:] }, parts: parts
            ) { port, _ in
                try await Program.run(
                    "bash",
                    [
                        "\(Checkout.path)/Tests/Judges/schemathesis/run.sh", "http://127.0.0.1:\(port)", things.token,
                        file,
                    ], environment: ["HABEAS_PYTHON": Checkout.python])
            }

            await pool.close()
            #expect(outcome.status == 0, "\(outcome.output.suffix(6000))\n\(outcome.errors.suffix(2000))")
            let strangers = try await database.query(
                "SELECT count(*) FROM habeas.audit_entry WHERE actor NOT LIKE 'staff:%' AND actor <> 'system'")
            #expect(strangers == [["0"]])
        }
    }

    /// A plan as the eraser makes it.
    private static func plan(_ subjects: [String], _ tools: ErasureTools) async throws -> [UInt8] {
        let target = ErasureTarget(person: try #require(subjects.first.flatMap { SubjectReference($0) }))
        let question = ErasureQuestion(target: target, regime: RegimeID("GDPR")!, today: CivilDate("2026-11-21")!)
        return try await tools.eraser.plan(question).canonicalBytes()
    }

    /// Things of every kind and in every state, so that each operation finds one that it can be done to.
    private struct Things: Encodable {
        let token: String
        let subjects: [String]
        /// The digest of the plan that waits for all erasures.
        let plan: String
        var pools: [String: [String]] = [:]

        static func make(_ engine: Engine, subjects: [String], plan: [UInt8]) async throws -> Things {
            let all: Set<StaffRole> = [.support, .compliance, .auditor, .admin]
            let token = try await APIBench.token(engine, all)
            let caller = try await engine.caller(token: token)
            var things = Things(token: token, subjects: subjects, plan: ErasurePlan.digest(of: plan).hex)
            for (operation, state) in wanted {
                for number in 0..<12 {
                    let id = try await make(engine, caller, state, number)
                    things.pools[operation, default: []].append(id)
                }
            }
            for operation in ["readPlan", "planAgain", "approvePlan", "readCertificate", "confirmRecipient"] {
                for _ in 0..<12 {
                    let id = try await erasure(engine, plan, isOver: operation == "readCertificate")
                    things.pools[operation, default: []].append(
                        operation == "confirmRecipient" ? try await duty(engine, id) : id.text)
                }
            }
            return things
        }

        /// Somebody who has to be told of an erasure.
        private static func duty(_ engine: Engine, _ request: RequestID) async throws -> String {
            let now = engine.now()
            let duty = RecipientDuty(
                id: engine.makeID(), request: request, recipient: "newsletter", collections: [], madeAt: now,
                dueAt: now + .days(14))
            try await engine.control.transaction { try await $0.insert(duty) }
            return duty.id.text
        }

        /// An erasure with a plan that waits or, as if it were over, a certificate; colleagues who have left took it down.
        private static func erasure(
            _ engine: Engine, _ bytes: [UInt8], isOver: Bool
        ) async throws -> RequestID {
            let colleague = try await engine.caller(token: try await APIBench.token(engine, [.compliance]))
            let reference = "user:\(UUID().uuidString)"
            let ground = StaffGround(ticket: Ticket("T-1")!, reason: Reason("seed")!)
            let plan = try ErasurePlan(canonicalBytes: bytes)
            return try await engine.control.transaction { transaction in
                var request = try await engine.open(
                    StaffRequestInput(subject: reference, right: .erasure, language: .english),
                    for: FoundPerson(person: .init(reference: reference, address: "a@example.com")), by: colleague,
                    ground, in: transaction
                ).request
                request.vouchedBy = colleague.id
                try await engine.move(&request, .identify, by: colleague.actor, in: transaction)
                _ = try await engine.newPlan(plan, for: request, in: transaction)
                guard isOver else { return request.id }
                let certificate = try certificate(of: request, plan)
                try await transaction.keep(
                    CertificateRecord(
                        request: request.id, bytes: certificate, signature: [UInt8](repeating: 1, count: 64), page: [],
                        madeAt: engine.now()))
                return request.id
            }
        }

        private static func certificate(of request: RequestRecord, _ plan: ErasurePlan) throws -> [UInt8] {
            let receipt = ErasureReceipt(
                run: UUID().uuidString, sequence: 1, plan: try plan.digest().hex, at: plan.countedAt,
                regime: "one_transaction",
                done: ErasureReceipt.Done(
                    collections: plan.collections, retained: [], sideEffects: [], holds: [], deviations: []))
            return try ErasureCertificate(
                request: request.id.text, service: plan.service, controller: "Example", regime: plan.regime,
                scope: plan.scope, state: "erased", receivedAt: plan.countedAt, approvedAt: nil,
                issuedAt: plan.countedAt, receipt: receipt, files: 0, recipients: [],
                hunt: ErasureCertificate.HuntLine(tables: 1, isComplete: true, leftovers: []), contactKept: false
            ).canonicalBytes()
        }

        /// Operations that change what they are called on, and what that has to be.
        private static let wanted: [(String, String)] = [
            ("getRequest", "verifying"), ("getTimeline", "verifying"),
            // A seeded certificate is of no run, so its proofs don't fit together.
            ("takeEvidence", "verifying"), ("listReceipts", "ready"),
            ("verifyRequest", "verifying"), ("approveRequest", "vouched"), ("refuseRequest", "verifying"),
            ("pauseRequest", "verifying"), ("resumeRequest", "paused"), ("cancelRequest", "verifying"),
            ("retryRequest", "failed"), ("listLinks", "ready"), ("issueLink", "ready"), ("renewLink", "link"),
            ("revokeLink", "link"), ("bounceNotice", "notice"), ("getJob", "job"), ("retryJob", "dead"),
            ("readDeadlines", "verifying"), ("acknowledgeRequest", "verifying"), ("askPerson", "verifying"),
            ("recordAnswer", "asked"), ("withdrawRequest", "verifying"), ("assignRequest", "verifying"),
            ("extendDeadline", "verifying"), ("recordAppeal", "ended"), ("decideAppeal", "appealed"),
            ("acceptDates", "proposed"), ("endStaff", "staff"), ("listTokens", "staff"), ("issueToken", "staff"),
            ("revokeToken", "token"), ("getHold", "hold"), ("confirmHold", "hold"), ("declineHold", "hold"),
            ("releaseHold", "active hold"), ("confirmHoldRelease", "release"), ("reviewHold", "hold"),
        ]

        private static func make(
            _ engine: Engine, _ caller: StaffCaller, _ state: String, _ number: Int
        ) async throws -> String {
            switch state {
            case "staff":
                return try await engine.control.transaction { transaction in
                    try await engine.addStaff(
                        name: UUID().uuidString, roles: [.support], signInSubject: nil, by: .system, in: transaction
                    ).id.text
                }
            case "token":
                let token = try await APIBench.token(engine, [.support])
                return String(token.split(separator: "_")[1])
            case "hold", "active hold", "release": return try await hold(engine, state)
            default:
                return try await request(engine, caller, state)
            }
        }

        /// A hold that colleagues who have left brought so far.
        private static func hold(_ engine: Engine, _ state: String) async throws -> String {
            let one = try await engine.caller(token: try await APIBench.token(engine, [.compliance]))
            let two = try await engine.caller(token: try await APIBench.token(engine, [.compliance]))
            let ground = StaffGround(ticket: Ticket("T-1")!, reason: Reason("seed")!)
            let input = HoldInput(
                matter: "M-1", basis: .other, scope: HoldScope(collections: ["tasks"]),
                reviewOn: CivilDate("2027-03-31")!)
            return try await engine.control.transaction { transaction in
                let id = try await engine.placeHold(input, on: nil, by: one, ground, in: transaction).hold.id
                guard state != "hold" else { return id.text }
                _ = try await engine.confirmHold(id, by: two, ground, in: transaction)
                guard state == "release" else { return id.text }
                _ = try await engine.proposeRelease(of: id, by: one, ground, in: transaction)
                return id.text
            }
        }

        private static func request(_ engine: Engine, _ caller: StaffCaller, _ state: String) async throws -> String {
            let reference = "user:\(UUID().uuidString)"
            let person = FoundPerson(person: .init(reference: reference, address: "a@example.com"))
            let ground = StaffGround(ticket: Ticket("T-1")!, reason: Reason("seed")!)
            let id = try await engine.control.transaction { transaction in
                try await engine.open(
                    // Virginia's law gives an appeal to the controller.
                    StaffRequestInput(
                        subject: reference, right: .access,
                        regime: ["ended", "appealed"].contains(state) ? "US-VA" : nil, language: .english),
                    for: person, by: caller, ground, in: transaction
                ).request.id
            }
            return try await advance(engine, caller, ground, id, to: state)
        }

        private static func advance(
            _ engine: Engine, _ caller: StaffCaller, _ ground: StaffGround, _ id: RequestID, to state: String
        ) async throws -> String {
            func vouch() async throws {
                _ = try await engine.control.transaction { transaction in
                    try await engine.vouch(
                        id, method: "seed", evidence: ["seed"], isAccepted: true, by: caller, ground, in: transaction)
                }
            }
            switch state {
            case "vouched":
                // By somebody else, who has left.
                let colleague = try await engine.caller(token: try await APIBench.token(engine, [.compliance]))
                return try await engine.control.transaction { transaction in
                    var request = try await engine.locked(id, in: transaction)
                    request.needsRelease = true
                    request.vouchedBy = colleague.id
                    try await engine.move(&request, .identify, by: colleague.actor, in: transaction)
                    return id.text
                }
            case "paused":
                return try await engine.control.transaction { transaction in
                    try await engine.decide(id, .pause, by: caller, ground, in: transaction).id.text
                }
            case "failed":
                try await vouch()
                return try await engine.control.transaction { transaction in
                    var request = try await engine.locked(id, in: transaction)
                    try await engine.move(&request, .fail, by: .system, in: transaction)
                    return id.text
                }
            case "ready", "link":
                try await vouch()
                let link = try await APIBench.finish(engine, id.text)
                return state == "link" ? link.id.text : id.text
            case "notice":
                let notices = try await engine.control.transaction { try await $0.notices(of: id) }
                return try #require(notices.first).id.text
            case "asked", "ended", "appealed", "proposed":
                return try await engine.control.transaction { transaction in
                    try await clock(engine, caller, id, to: state, in: transaction)
                    return id.text
                }
            case "job", "dead":
                return try await mailJob(engine, id, isDead: state == "dead")
            default: return id.text
            }
        }

        private static func clock(
            _ engine: Engine, _ caller: StaffCaller, _ id: RequestID, to state: String,
            in transaction: ControlTransaction
        ) async throws {
            let ground = StaffGround(ticket: Ticket("T-1")!, reason: Reason("seed")!)
            switch state {
            case "asked":
                let today = engine.settings.clock.zone.day(of: engine.now())
                _ = try await engine.ask(
                    id, QuestionInput(kind: .clarification, askedOn: today), by: caller, ground, in: transaction)
            case "proposed":
                var clock = try #require(try await transaction.clocks(of: id).first)
                var other = clock.deadline
                other.due = other.due?.adding(days: 1)
                clock.proposed = other
                try await transaction.store(clock)
            default:
                _ = try await engine.withdraw(id, by: caller, ground, in: transaction)
                guard state == "appealed" else { return }
                _ = try await engine.appeal(id, received: nil, by: caller, ground, in: transaction)
            }
        }

        private static func mailJob(_ engine: Engine, _ id: RequestID, isDead: Bool) async throws -> String {
            let found = try await engine.control.transaction { transaction in
                try await transaction.connection.query(
                    "SELECT id FROM habeas.job WHERE request_id = $1 AND kind = 'mail' LIMIT 1", [id.text])
            }
            let job = try #require(found.first?.first ?? nil)
            guard isDead else { return job }
            try await engine.control.transaction { transaction in
                _ = try await transaction.connection.query(
                    "UPDATE habeas.job SET state = 'dead', ended_at = now() WHERE id = $1", [job])
            }
            return job
        }
    }
}
