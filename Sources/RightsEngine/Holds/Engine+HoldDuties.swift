internal import AuditLedger
internal import RequestLedger
internal import RightsCore

extension Engine {
    /// Tells the operators, once a day, of holds whose review is overdue or that wait for a second person.
    func remindOfHolds() async throws {
        let today = today
        try await control.transaction { transaction in
            let waiting = try await transaction.takeWaitingHolds(today: today, limit: 200)
            guard !waiting.isEmpty else { return }
            let listed = waiting.prefix(20).map(\.hold).map {
                "\($0.id) \($0.matter) \($0.state.rawValue) \($0.reviewOn)"
            }
            try await tellOperators(
                .holdsWaiting, request: nil,
                facts: ["count": String(waiting.count), "holds": listed.joined(separator: "\n")], in: transaction)
        }
    }

    /// Removes the records of holds that ended as long ago as records are kept.
    func forgetHolds(endedBefore end: Instant) async throws {
        try await control.transaction { transaction in
            for id in try await transaction.forgetHolds(endedBefore: end, limit: 100) {
                try await transaction.connection.append(
                    AuditEntry(.holdForgotten, by: .system, ["hold": .id(id.text)]))
            }
        }
    }
}
