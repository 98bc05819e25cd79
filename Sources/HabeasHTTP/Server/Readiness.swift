/// Something that has to work for the service to be of use, such as its database.
package struct ReadinessCheck: Sendable {
    /// What is checked; a fixed word, shown to anyone.
    package let name: String
    let isReady: @Sendable () async -> Bool

    /// A check. It has to answer within a second or two; the prober waits.
    package init(_ name: String, isReady: @escaping @Sendable () async -> Bool) {
        self.name = name
        self.isReady = isReady
    }
}

/// What `/readyz` says.
struct Readiness: Encodable {
    struct Check: Encodable {
        let name: String
        let state: String
    }

    let state: String
    let checks: [Check]

    var isReady: Bool { state == "ready" }

    /// Runs the checks; a server that is stopping isn't ready whatever they say.
    static func of(_ checks: [ReadinessCheck], life: ServerLife) async -> Readiness {
        if life.isStopping { return Readiness(state: "stopping", checks: []) }
        var results: [Check] = []
        for check in checks {
            results.append(Check(name: check.name, state: await check.isReady() ? "ready" : "failing"))
        }
        let isReady = results.allSatisfy { $0.state == "ready" }
        return Readiness(state: isReady ? "ready" : "failing", checks: results)
    }
}
