internal import Hummingbird
internal import HummingbirdCore
internal import RequestLedger
internal import RightsCore
internal import RightsEngine

/// Where a list goes on that is sorted by ids, the newest first.
struct JobKeys: CursorKeys {
    static let list = "jobs.1"
    let id: String
}

extension StaffAPI {
    func addQueue(to group: inout RouteGroup) {
        group.get("/queue") { request, context in
            try request.requireNoQuery()
            try context.requireCaller(as: StaffCaller.self).require(.readJobs)
            return try .json(QueueView(try await engine.queueState()))
        }
        group.get("/jobs") { try await listJobs($0, $1) }
        group.get("/jobs/{id}") { request, context in
            try request.requireNoQuery()
            try context.requireCaller(as: StaffCaller.self).require(.readJobs)
            return try .json(JobView(try await engine.job(try context.id(of: "job"))))
        }
        group.post("/jobs/{id}/retry") { request, context in
            let id: JobID = try context.id(of: "job")
            return try await write(.manageJobs, request, context) { _, caller, ground, transaction in
                let owner = try await transaction.job(id)?.request
                let facts = try await engine.facts(of: ground, request: owner, in: transaction)
                return try StoredAnswer(
                    JobView(try await engine.retryJob(id, by: caller.actor, facts, in: transaction)))
            }.response()
        }
        group.post("/queue/{kind}/pause") { try await setSwitch($0, $1, isPaused: true) }
        group.post("/queue/{kind}/resume") { try await setSwitch($0, $1, isPaused: false) }
    }

    private func listJobs(_ request: Request, _ context: HabeasContext) async throws -> Response {
        try context.requireCaller(as: StaffCaller.self).require(.readJobs)
        let query = try request.query(["limit", "cursor", "state"])
        let page = try PageRequest<JobKeys>(query)
        let before: JobID? = try page.after.map { keys throws(Problem) in try Self.position(keys.id) }
        let jobs = try await engine.jobs(
            in: try Field.values("state", query["state"]), before: before, limit: page.limit + 1)
        return try .page(jobs, limit: page.limit, of: request, after: { JobKeys(id: $0.id.text) }, JobView.init)
    }

    /// The id that a cursor holds; a forged one may hold anything.
    static func position<Owner>(_ text: String) throws(Problem) -> ID<Owner> {
        guard let id = ID<Owner>(text) else {
            throw Problem(.badCursor, "the cursor isn't one that this list gave out", hint: "begin at the first page")
        }
        return id
    }

    private func setSwitch(_ request: Request, _ context: HabeasContext, isPaused: Bool) async throws -> Response {
        let name = context.parameters.get("kind") ?? ""
        let kind = JobKind(rawValue: name)
        guard kind != nil || name == "all" else {
            throw EngineError(
                .notFound, "there is no such kind of job",
                hint: "kinds: all, \(JobKind.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return try await write(.manageJobs, request, context) { _, caller, ground, transaction in
            let facts = try await engine.facts(of: ground, request: nil, in: transaction)
            if isPaused {
                try await engine.pauseQueue(kind, by: caller.actor, facts, in: transaction)
            } else {
                try await engine.resumeQueue(kind, by: caller.actor, facts, in: transaction)
            }
            return try StoredAnswer(SwitchView(kind: name, paused: isPaused))
        }.response()
    }
}
