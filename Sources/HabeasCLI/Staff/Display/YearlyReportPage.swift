internal import RightsEngine

/// A year's report as Markdown and as CSV.
struct YearlyReportPage {
    let report: YearlyReport

    // MARK: Markdown

    var markdown: String {
        ([head] + [numbers, grounds, california, accountability, definitions].compactMap(\.self))
            .joined(separator: "\n\n")
    }

    private var head: String {
        let law = report.regime.map { " under \($0)" } ?? ""
        let through =
            report.through.map { "entry \($0.seq) of \($0.at), hash \($0.hash)" } ?? "no entry about such a request"
        return """
            # Requests received in \(report.year)\(law)

            Days are those of \(report.zone). Computed \(report.generatedAt) from the audit log through \(through); \
            definitions, edition \(report.edition), below.
            """
    }

    private var sections: [YearlyReport.Section] { [report.total] + report.byRight + report.byRegime }

    private var numbers: String {
        let rows = Self.numbers.map { number in [number.0] + sections.map { number.1($0) } }
        return Self.table(["Requests"] + sections.map(\.name), rows)
    }

    private static let numbers: [(String, @Sendable (YearlyReport.Section) -> String)] = [
        ("received", { "\($0.received)" }), ("complied in whole", { "\($0.compliedInWhole)" }),
        ("complied in part", { "\($0.compliedInPart)" }), ("denied", { "\($0.denied)" }),
        ("withdrawn", { "\($0.withdrawn)" }), ("unverifiable", { "\($0.unverifiable)" }),
        ("cancelled", { "\($0.cancelled)" }), ("open", { "\($0.open)" }),
        ("open at year's end", { "\($0.openAtYearEnd)" }), ("answered", { "\($0.days.count)" }),
        ("days, mean", { text($0.days.mean) }), ("days, median", { text($0.days.median) }),
        ("days, ninetieth", { text($0.days.ninetieth) }),
        ("without pauses, mean", { text($0.daysWithoutPauses.mean) }),
        ("without pauses, median", { text($0.daysWithoutPauses.median) }),
        ("without pauses, ninetieth", { text($0.daysWithoutPauses.ninetieth) }),
        ("answered on time", { text($0.answeredOnTime) }), ("answered by the work day", { text($0.answeredByWorkDay) }),
        ("acknowledged on time", { text($0.acknowledgedOnTime) }), ("extensions", { "\($0.extensions)" }),
        ("extension notices failed", { "\($0.extensionNoticesFailed)" }), ("appeals", { "\($0.appeals)" }),
        ("appeals granted", { "\($0.appealsGranted)" }), ("appeals denied", { "\($0.appealsDenied)" }),
    ]

    private var grounds: String? {
        guard !report.total.deniedBy.isEmpty else { return nil }
        return Self.table(
            ["Denied on the ground", "Requests"], report.total.deniedBy.map { [$0.ground, "\($0.count)"] })
    }

    private var california: String? {
        guard report.regime == nil || report.regime == "CCPA" else { return nil }
        let rows = report.california.map { row in
            [
                row.kind + (row.isHandled ? "" : " (not handled here)"), "\(row.received)", "\(row.compliedInWhole)",
                "\(row.compliedInPart)", "\(row.denied)", Self.text(row.medianDays), Self.text(row.meanDays),
            ]
        }
        return """
            ## California: 11 CCR §7102(a)(1)

            Requests under the CCPA. Kinds marked as not handled here don't come to this program: count them where they do.

            \(Self.table(
                ["Requests to", "Received", "Complied in whole", "In part", "Denied", "Median days", "Mean days"], rows))
            """
    }

    private var accountability: String? {
        guard report.regime == nil || report.regime?.contains("GDPR") == true || report.regime == "EUDPR" else {
            return nil
        }
        let rows = report.accountability.map { [$0.provision, $0.duty, $0.result] }
        return """
            ## Accountability: GDPR Art. 5(2) and 24

            Requests under the GDPR, the UK GDPR and Regulation 2018/1725.

            \(Self.table(["Provision", "Duty", "Result"], rows))
            """
    }

    private var definitions: String {
        "## Definitions\n\n" + report.definitions.map { "- **\($0.term)**: \($0.meaning)" }.joined(separator: "\n")
    }

    private static func table(_ head: [String], _ rows: [[String]]) -> String {
        let lines = [head, head.map { _ in "---" }] + rows
        return lines.map { "| \($0.joined(separator: " | ")) |" }.joined(separator: "\n")
    }

    // MARK: CSV

    /// One number a line: `section,name,measure,value`. Shares are two lines, the second one what they are of.
    var csv: String {
        var rows = [["section", "name", "measure", "value"]]
        let groups =
            [("total", report.total)] + report.byRight.map { ("right", $0) } + report.byRegime.map { ("regime", $0) }
        for (kind, section) in groups {
            for (measure, value) in Self.measures(section) { rows.append([kind, section.name, measure, value]) }
        }
        for row in report.california {
            for (measure, value) in Self.measures(row) { rows.append(["ccr-7102", row.kind, measure, value]) }
        }
        return CSVCell.text(rows)
    }

    private static func measures(_ section: YearlyReport.Section) -> [(String, String)] {
        var measures = [
            ("received", "\(section.received)"), ("complied_in_whole", "\(section.compliedInWhole)"),
            ("complied_in_part", "\(section.compliedInPart)"), ("denied", "\(section.denied)"),
            ("withdrawn", "\(section.withdrawn)"), ("unverifiable", "\(section.unverifiable)"),
            ("cancelled", "\(section.cancelled)"), ("open", "\(section.open)"),
            ("open_at_year_end", "\(section.openAtYearEnd)"),
        ]
        measures += section.deniedBy.map { ("denied:\($0.ground)", "\($0.count)") }
        for (name, days) in [("days", section.days), ("days_without_pauses", section.daysWithoutPauses)] {
            measures += [
                ("\(name)_count", "\(days.count)"), ("\(name)_mean", text(days.mean, "")),
                ("\(name)_median", text(days.median, "")), ("\(name)_ninetieth", text(days.ninetieth, "")),
            ]
        }
        for (name, share) in [
            ("answered_on_time", section.answeredOnTime), ("answered_by_work_day", section.answeredByWorkDay),
            ("acknowledged_on_time", section.acknowledgedOnTime),
        ] { measures += [(name, "\(share.count)"), ("\(name)_of", "\(share.of)")] }
        return measures + [
            ("extensions", "\(section.extensions)"), ("extension_notices_failed", "\(section.extensionNoticesFailed)"),
            ("appeals", "\(section.appeals)"), ("appeals_granted", "\(section.appealsGranted)"),
            ("appeals_denied", "\(section.appealsDenied)"),
        ]
    }

    private static func measures(_ row: YearlyReport.CaliforniaRow) -> [(String, String)] {
        [
            ("handled", row.isHandled ? "yes" : "no"), ("received", "\(row.received)"),
            ("complied_in_whole", "\(row.compliedInWhole)"), ("complied_in_part", "\(row.compliedInPart)"),
            ("denied", "\(row.denied)"), ("median_days", text(row.medianDays, "")),
            ("mean_days", text(row.meanDays, "")),
        ]
    }

    // MARK: values

    private static func text(_ share: YearlyReport.Share) -> String { "\(share.count) of \(share.of)" }

    /// A number, without a fraction where it has none.
    private static func text(_ number: Double?, _ none: String = "–") -> String {
        guard let number else { return none }
        return number == number.rounded() ? "\(Int(number))" : "\(number)"
    }

    private static func text(_ number: Int?, _ none: String = "–") -> String { number.map { "\($0)" } ?? none }
}
