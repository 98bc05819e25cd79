import Foundation
import PostgresTestKit
import Testing

/// `habeas deadline`, `retention` and `regime` as people use them: no database, no settings.
@Suite struct RuleCommandTests {
    private func habeas(_ arguments: String..., input: String? = nil) async throws -> ProgramOutcome {
        try await withFolder { try await Program.habeas(arguments, in: $0, input: input) }
    }

    @Test func explainsADate() async throws {
        let outcome = try await habeas(
            "deadline", "compute", "--regime", "UK-GDPR", "--received-at", "2026-06-01T12:00:00+01:00", "--zone",
            "Europe/London", "--clarify-asked", "2026-06-08", "--clarify-ok", "2026-06-15", "--holidays", "2026-08-31")
        #expect(outcome.status == 0, "\(outcome.errors)")
        for words in ["2026-07-09 Thursday", "2026-09-09", "2026-07-08", "Art. 12A(5)", "of tz 20"] {
            #expect(outcome.output.contains(words), "“\(words)” isn't in \(outcome.output)")
        }
    }

    @Test func theEarliestOfSeveralRegimesWins() async throws {
        let outcome = try await habeas(
            "deadline", "compute", "--regime", "GDPR", "--regime", "CCPA", "--right", "access", "--received-at",
            "2026-03-02T10:00:00-08:00", "--zone", "America/Los_Angeles", "--holidays", "2026-03-31",
            "--respond-within", "20 days", "--json")
        #expect(outcome.status == 0, "\(outcome.errors)")
        let page = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
        let earliest = page?["earliest"] as? [String: String]
        #expect(earliest == ["regime": "GDPR", "due": "2026-04-02", "work_by": "2026-03-22"])
        #expect((page?["deadlines"] as? [[String: Any]])?.count == 2)
    }

    @Test func tablesComeBackAsTheyShould() async throws {
        let path = "\(Checkout.path)/fixtures/tables/deadline_cases.csv"
        let text = try Checkout.text("fixtures/tables/deadline_cases.csv")
        // Rows without days of their own count by the calendars.
        let rows = text.split(separator: "\n").filter {
            $0.hasPrefix("id,") || $0.contains(";2026-") && !$0.hasPrefix("G01")
        }
        let kept = rows.map { String($0) + "\n" }.joined()
        let outcome = try await habeas("deadline", "compute", "--csv", input: kept)
        let expected = rows.map {
            $0.split(separator: ",", omittingEmptySubsequences: false).suffix(6).joined(separator: ",")
        }
        let found = outcome.output.split(separator: "\n")
            .map { $0.split(separator: ",", maxSplits: 1, omittingEmptySubsequences: false)[1] }
        #expect(outcome.status == 0 && rows.count > 30, "\(outcome.errors)")
        #expect(found.map(String.init) == expected)
        #expect(FileManager.default.fileExists(atPath: path))
    }

    @Test func badRowsAreNamedAndLeftOut() async throws {
        let table = """
            right,regime,colour,received_at,time_zone,clock_events
            know,CCPA-OPTOUT,red,2026-03-02T10:00:00-08:00,America/Los_Angeles,
            access,US-VA,red,2026-03-02T10:00:00-08:00,America/New_York,
            access,US-VA,red,2026-03-02T10:00:00,America/New_York,
            access,US-VA,red,2026-03-02T10:00:00Z,America/New_Yorck,
            access,US-VA,red,2026-03-02T10:00:00Z,../../etc/passwd,
            access,US-VA,red,2026-03-02T10:00:00Z,America/New_York,mood=2026-03-03
            access,US-VA

            """
        let outcome = try await habeas("deadline", "compute", "--csv", "-", input: table)
        #expect(outcome.status == 1)
        #expect(
            outcome.output == "ack_by,due,due_end_exclusive_utc,extension_notice_by,extended_due,conservative_due\n"
                + ",2026-04-16,2026-04-17T04:00:00Z,2026-04-16,2026-05-31,2026-04-16\n")
        for words in [
            "line 2:", "line 4:", "line 5:", "America/New_York", "line 6:", "line 7:", "line 8:",
            "1 row computed, 6 rows left out",
        ] {
            #expect(outcome.errors.contains(words), "“\(words)” isn't in \(outcome.errors)")
        }
    }

    @Test func retentionOfTables() async throws {
        let text = try Checkout.text("fixtures/tables/retention_cases.csv")
        let outcome = try await habeas("retention", "compute", "--csv", "--as-of", "2026-11-21", input: text)
        #expect(outcome.status == 0, "\(outcome.errors)")
        let expected = text.split(separator: "\n").dropFirst().map { row in
            let fields = row.split(separator: ",", omittingEmptySubsequences: false)
            return "\(fields[0]),\(fields[7])"
        }
        let found = outcome.output.split(separator: "\n").dropFirst().map {
            $0.split(separator: ",", omittingEmptySubsequences: false).prefix(2).joined(separator: ",")
        }
        #expect(found == expected)
        #expect(outcome.output.hasPrefix("id,retain_until_inclusive,rule,citation\n"))
    }

    @Test func retentionIsExplained() async throws {
        let outcome = try await habeas(
            "retention", "compute", "--country", "DE", "--document", "invoice", "--date", "2026-03-15")
        #expect(outcome.status == 0 && outcome.output.contains("Keep until 2034-12-31"), "\(outcome.output)")
        let refused = try await habeas(
            "retention", "compute", "--country", "SE", "--document", "invoice", "--date", "2026-03-15")
        #expect(refused.status == 1 && refused.errors.contains("fiscal_year_end"))
    }

    @Test func regimesAreListedAndShown() async throws {
        let list = try await habeas("regime", "list")
        #expect(list.status == 0 && list.output.contains("UK-DPA2018-s164A"))
        let shown = try await habeas("regime", "show", "uk-gdpr")
        #expect(shown.output.contains("Art. 12A(5)") && shown.output.contains("UK-GDPR-pre-2026-02-05"))
        let json = try await habeas("regime", "show", "CCPA", "--json")
        #expect(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) is [Any])
        let unknown = try await habeas("regime", "show", "GDRP")
        #expect(unknown.status == 4 && unknown.errors.contains("is it GDPR"))
    }

    @Test func operatorsBringTheirOwnRules() async throws {
        try await withFolder { folder in
            try FileManager.default.createDirectory(
                atPath: "\(folder)/rules/regimes", withIntermediateDirectories: true)
            let text = try Checkout.text("schemas/regimes/US-VA.regime.yaml").replacing("id: US-VA", with: "id: US-ZZ")
            try text.write(toFile: "\(folder)/rules/regimes/zz.yaml", atomically: true, encoding: .utf8)
            let shown = try await Program.habeas(["regime", "show", "US-ZZ", "--rules", "rules"], in: folder)
            #expect(shown.status == 0, "\(shown.errors)")
            try "rules:\n  folder: rules\n".write(toFile: "\(folder)/habeas.yaml", atomically: true, encoding: .utf8)
            #expect(try await Program.habeas(["regime", "show", "US-ZZ"], in: folder).status == 0)
            try text.replacing("count: 45", with: "count: many").write(
                toFile: "\(folder)/rules/regimes/zz.yaml", atomically: true, encoding: .utf8)
            let broken = try await Program.habeas(["regime", "list"], in: folder)
            #expect(broken.status == 1 && broken.errors.contains("regimes/zz.yaml:"), "\(broken.errors)")
            let none = try await Program.habeas(["regime", "list", "--rules", "nowhere"], in: folder)
            #expect(none.status == 1 && none.errors.contains("nowhere"))
        }
    }

    @Test(arguments: [
        (["--received-at", "2026-03-02T10:00:00"], 64, "with an offset"),
        (["--received-at", "2026-03-02T10:00:00Z", "--zone", "Europe/Berlni"], 4, "Europe/Berlin"),
        (["--received-at", "2026-03-02T10:00:00Z", "--zone", "/etc/localtime"], 4, "no time zone"),
        (["--received-at", "2026-03-02T10:00:00Z", "--right", "know"], 1, "has no right"),
        (["--received-at", "2026-03-02T10:00:00Z", "--identity-ok", "2026-03-03"], 64, "without identity_asked"),
        (["--received-at", "2026-03-02T10:00:00Z", "--respond-within", "soon"], 64, "30 days"),
        (["--received-at", "2026-03-02T10:00:00Z", "--extended-on", "2026-06-03"], 1, "after the day it was due"),
        (["--received-at", "2016-03-02T10:00:00Z"], 1, "wasn't in force"),
        (["--csv", "--received-at", "2016-03-02T10:00:00Z"], 64, "the table gives everything"),
    ]) func saysWhatIsWrong(arguments: [String], status: Int, words: String) async throws {
        let zone = arguments.contains("--zone") || arguments.contains("--csv") ? [] : ["--zone", "Europe/Berlin"]
        let regime = arguments.contains("--csv") ? [] : ["--regime", "GDPR", "--holidays", ""]
        let outcome = try await withFolder {
            try await Program.habeas(["deadline", "compute"] + regime + zone + arguments, in: $0)
        }
        #expect(outcome.status == Int32(status) && outcome.errors.contains(words), "\(outcome.errors)")
    }

    @Test func saysWhatIsWrongWithATable() async throws {
        let head = "id,regime,right,time_zone,received_at\n"
        let row = "1,GDPR,access,Europe/Berlin,2026-03-02T10:00:00Z\n"
        try await withFolder { folder in
            func compute(_ text: String) async throws -> ProgramOutcome {
                try text.write(toFile: "\(folder)/table.csv", atomically: true, encoding: .utf8)
                return try await Program.habeas(["deadline", "compute", "--csv", "table.csv"], in: folder)
            }
            let open = try await compute(head + row + "2,\"GDPR,access\n")
            #expect(open.status == 1 && open.errors.contains("never closed"), "\(open.errors)")
            #expect(open.errors.contains("1 row computed, 1 row left out") && open.output.contains("1,"))
            let other = try await compute(head.replacing(",", with: ";") + row.replacing(",", with: ";"))
            #expect(other.status == 1 && other.errors.contains("separated by semicolons"), "\(other.errors)")
            #expect(other.errors.contains("commas"))
            let calendar = try await Program.habeas(["calendar", "show", "gb-sct", "--year", "2026"], in: folder)
            #expect(calendar.status == 0 && calendar.output.contains("GB-SCT"), "\(calendar.errors)")
            let strange = try await Program.habeas(["regime", "show", "qqqqqqqqqqqqqqqq"], in: folder)
            #expect(strange.status == 4 && strange.errors.contains("`habeas regime list` names them"))
            #expect(!strange.errors.contains("BR-LGPD"))
        }
    }

    @Test func everyVerbOfARequestSaysWhatItDoes() async throws {
        let help = try await withFolder { try await Program.habeas(["request", "--help"], in: $0) }
        let verbs = [
            "open", "list", "show", "timeline", "acknowledge", "verify", "approve", "identity", "clarify", "fee",
            "extend", "refuse", "appeal", "pause", "resume", "assign", "withdraw", "cancel", "retry",
        ]
        for verb in verbs {
            #expect(help.output.contains(try Regex("\n  \(verb) +[A-Z]")), "\(verb): \(help.output)")
        }
        let refuse = try await withFolder { try await Program.habeas(["request", "refuse", "--help"], in: $0) }
        #expect(refuse.output.contains("ground") && refuse.output.contains("go to the person"))
    }

    @Test func aMapMayNotNameALawWithoutRules() async throws {
        try await Workbench.with { bench in
            let text = try Checkout.workspaceMap().replacing("default_regime: GDPR", with: "default_regime: GDRP")
            try text.write(toFile: "\(bench.folder)/typo.map.yaml", atomically: true, encoding: .utf8)
            let outcome = try await bench.habeas("map", "check", "--map", "typo.map.yaml")
            #expect(outcome.status == 1 && outcome.errors.contains("“GDRP” is not a known regime"))
            #expect(outcome.errors.contains("CCPA"))
        }
    }
}
