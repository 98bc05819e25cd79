internal import ArgumentParser
internal import AuditLedger
internal import LegalRules
internal import RightsCore
internal import RightsEngine
internal import SystemPackage

/// `habeas report`: what became of requests, for authorities and files.
struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "Report on requests, from the audit log alone.", subcommands: [Yearly.self])

    /// `habeas report yearly`
    struct Yearly: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "yearly", abstract: "Print what became of a year's requests.",
            discussion: """
                Numbers for 11 CCR §7102 and for a GDPR accountability file, with the \
                definitions they follow. They rest on the audit log alone: --from-audit computes \
                the same from an export of it (`habeas audit export`), without the service.

                EXAMPLES
                  habeas report yearly --year 2026
                  habeas report yearly --year 2026 --regime ccpa --format csv
                  habeas report yearly --year 2026 --from-audit audit.jsonl --zone Europe/Berlin
                """)

        /// How it is written.
        enum Format: String, ExpressibleByArgument, CaseIterable {
            case md, csv, json
        }

        @Option(help: ArgumentHelp("The year in which requests were received.", valueName: "2026"))
        var year: Int
        @Option(help: ArgumentHelp("Only requests whose clocks run under this law.", valueName: "id"))
        var regime: String?
        @Option(help: ArgumentHelp("Markdown, CSV or JSON.", valueName: "md|csv|json"))
        var format = Format.md
        @Flag(help: "The same as --format json.")
        var json = false
        @Option(help: ArgumentHelp("Compute it from this export of the audit log.", valueName: "file"))
        var fromAudit: String?
        @Option(
            help: ArgumentHelp(
                "With --from-audit: the controller's time zone. Default: the setting clock.zone.", valueName: "name"))
        var zone: String?
        @Option(help: ArgumentHelp("Read settings from this file instead of ./habeas.yaml.", valueName: "file"))
        var config: String?

        func validate() throws {
            guard (2000...9998).contains(year) else { throw ValidationError("--year is a year such as 2026") }
            guard regime == nil || RegimeID(regime ?? "") != nil else {
                throw ValidationError("--regime is the id of a law, such as CCPA: `habeas regime list` names them")
            }
            guard zone == nil || fromAudit != nil else { throw ValidationError("--zone belongs to --from-audit") }
        }

        func run() async throws {
            let report: YearlyReport
            if let fromAudit { report = try await offline(fromAudit) } else { report = try await online() }
            switch json ? .json : format {
            case .md: Terminal.print(YearlyReportPage(report: report).markdown)
            case .csv: Terminal.write(YearlyReportPage(report: report).csv, to: .standardOutput)
            case .json: try Terminal.printJSON(report)
            }
        }

        private func online() async throws -> YearlyReport {
            try await StaffClient.with { client in
                try await client.get("/v1/reports/yearly", [("year", String(year)), ("regime", regime)]).read()
            }
        }

        private func zoneName() async throws -> String {
            if let zone { return zone }
            return try await Settings(file: config).required(
                "clock.zone", why: "days are the controller's; or name it by --zone")
        }

        /// The same from a file, once its chain was found sound.
        private func offline(_ path: String) async throws -> YearlyReport {
            let file = AuditFile(path)
            try file.requireSound()
            let rules = try TimeZones().zone(try await zoneName())
            guard var builder = YearlyReportBuilder(year: year, regime: regime.flatMap { RegimeID($0) }, zone: rules)
            else { throw ValidationError("--year is a year such as 2026") }
            var isFirst = true
            try file.forEachRecord { record in
                if isFirst { try builder.requireWhole(first: record) }
                isFirst = false
                if record.at >= builder.since { builder.take(record) }
            }
            try await requireKnown(among: builder.regimes)
            return builder.report(now: Clock.now)
        }

        /// Refuses a law that neither the export nor the rules know: a report of zeros would look like an answer.
        private func requireKnown(among regimes: Set<String>) async throws {
            guard let regime, !regimes.contains(regime.lowercased()) else { return }
            _ = try await Settings(file: config).ruleBook().regimes(named: regime)
        }
    }
}
