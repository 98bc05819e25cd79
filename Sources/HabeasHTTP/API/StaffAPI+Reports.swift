internal import Hummingbird
internal import HummingbirdCore
internal import RightsCore
internal import RightsEngine

extension StaffAPI {
    func addReports(to group: inout RouteGroup) {
        group.get("/reports/yearly") { request, context in
            let caller = try context.requireCaller(as: StaffCaller.self)
            try caller.require(.readAudit)
            let query = try request.query(["year", "regime"])
            guard let year = try Self.number("year", try query.require("year"), in: 2000...9998) else {
                throw Problem(.missingField, "year is missing")
            }
            let regime = try query["regime"].map { text throws(Problem) in RegimeID(try Field.regime(text)) } ?? nil
            return try .json(try await engine.yearlyReport(year: year, regime: regime, by: caller))
        }
    }
}
