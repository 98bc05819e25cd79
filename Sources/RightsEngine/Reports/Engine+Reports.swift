internal import AuditLedger
internal import RequestLedger
package import RightsCore

extension Engine {
    /// The report of a year, read from the audit chain.
    ///
    /// - Parameter regime: only requests under this law.
    package func yearlyReport(year: Int, regime: RegimeID?, by caller: StaffCaller) async throws -> YearlyReport {
        try caller.require(.readAudit)
        let regime = try knownRegime(regime?.text).flatMap { RegimeID($0) }
        guard var builder = YearlyReportBuilder(year: year, regime: regime, zone: settings.clock.zone) else {
            throw EngineError(.invalid, "year has to be a year such as 2026", field: "year")
        }
        let first = try await control.connection { try await AuditReader($0.connection).page(after: .min, limit: 1) }
        for entry in first { try builder.requireWhole(first: entry) }
        var last = 0
        while true {
            try Task.checkCancellation()
            // A page at a time, so that no connection is held while others wait for one.
            let (after, filter) = (last, AuditFilter(since: builder.since))
            let page = try await control.connection {
                try await AuditReader($0.connection).page(after: after, filter)
            }
            guard let end = page.last else { return builder.report(now: now()) }
            for record in page { builder.take(record) }
            last = end.seq
        }
    }
}
