internal import Erasing
internal import RequestLedger
internal import RightsCore

extension Engine {
    /// What people should think of before they approve a plan, and no program can settle: that the person works here, or
    /// owns something others use.
    func warnings(of plan: ErasurePlan, about request: RequestRecord) async throws -> [String] {
        var warnings = plan.collections.filter { $0.ownership == "shared" && $0.staying > 0 }.map {
            "\($0.name): \($0.staying) shared rows stay because others take part in them; if the person is the last who "
                + "owns one, have it handed over first"
        }
        if try await isOfStaff(request) {
            warnings.append(
                "the person's address is one by which this service knows its staff or operators: end their account and "
                    + "name another address first, or they lose access while they act")
        }
        return warnings
    }

    /// Staff are known by what they sign in with, operators by their address.
    private func isOfStaff(_ request: RequestRecord) async throws -> Bool {
        let reference = try await control.transaction { try await self.reference(of: request.id, in: $0) }
        guard let address = try await directory.find(reference)?.address else { return false }
        if settings.operatorsAddress?.lowercased() == address.lowercased() { return true }
        return try await control.transaction { transaction in
            for form in Set([address, address.lowercased()])
            where try await transaction.staff(signInSubject: form) != nil { return true }
            return false
        }
    }
}
