package import AuditLedger
package import RightsEngine

/// The API for staff and systems, `/v1/…` (docs/api.md, schemas/openapi.yaml).
package struct StaffAPI: Sendable {
    let engine: Engine
    let keys: KeyRing
    let signIn: TokenVerifier?
    let erasure: ErasureTools?

    /// An API on an engine.
    ///
    /// - Parameters:
    ///   - keys: published with exports of the audit log.
    ///   - signIn: checks tokens of the sign-in service; nil when there is none.
    ///   - erasure: what erases; nil where nothing is erased.
    package init(engine: Engine, keys: KeyRing, signIn: TokenVerifier?, erasure: ErasureTools? = nil) {
        self.engine = engine
        self.keys = keys
        self.signIn = signIn
        self.erasure = erasure
    }

    /// The routes; everything behind them needs a caller.
    package var group: RouteGroup {
        var group = RouteGroup("/v1", rate: .api, through: [StaffAuthentication(engine: engine, signIn: signIn)])
        group.get("/me") { request, context in
            try request.requireNoQuery()
            return try .json(CallerView(context.requireCaller()))
        }
        addRequests(to: &group)
        addDecisions(to: &group)
        addClock(to: &group)
        addDashboard(to: &group)
        addCalendar(to: &group)
        addReports(to: &group)
        addLinks(to: &group)
        addHolds(to: &group)
        addErasures(to: &group)
        addRecipients(to: &group)
        addQueue(to: &group)
        addAudit(to: &group)
        addEvidence(to: &group)
        addStaff(to: &group)
        return group
    }

    /// The API's description as it is served at `/openapi.yaml`.
    package static var description: [UInt8] { PackageResources.openapi_yaml }
}
