internal import ArgumentParser
internal import LegalRules
internal import RightsCore

/// `habeas regime`: the bodies of law whose dates are known.
struct RegimeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "regime", abstract: "List the regimes, or show one with its periods and where they stand.",
        subcommands: [List.self, Show.self])

    /// `habeas regime list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "Every edition of every regime, the operator's own among them.",
            discussion: "EXAMPLES\n  habeas regime list\n  habeas regime list --rules /etc/habeas/rules --json")
        @OptionGroup var rules: RulesOptions
        @OptionGroup var common: CommonOptions

        func run() async throws {
            let book = try await rules.book(common)
            let regimes = try book.regimeIDs.flatMap { try book.regimes(named: $0) }
            if common.json { return try Terminal.printJSON(regimes.map(RegimeDocument.init)) }
            let rows = regimes.map { regime in
                [
                    regime.id.text, regime.jurisdiction, regime.effective.description, regime.version.description,
                    regime.evidence.rawValue,
                ]
            }
            Terminal.print(Terminal.table(["Regime", "For", "Receipt", "Version", "Evidence"], rows))
        }
    }

    /// `habeas regime show`
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "One regime: rights, periods, what questions do, grounds of refusal.",
            discussion: """
                A name shows every edition of the regime; the name of one edition, that one.

                EXAMPLES
                  habeas regime show GDPR
                  habeas regime show UK-GDPR-pre-2026-02-05 --json
                """)
        @Argument(help: ArgumentHelp("The regime.", valueName: "id"))
        var id: String
        @OptionGroup var rules: RulesOptions
        @OptionGroup var common: CommonOptions

        func run() async throws {
            let regimes = try await rules.book(common).regimes(named: id)
            if common.json { return try Terminal.printJSON(regimes.map(RegimeDocument.init)) }
            Terminal.print(regimes.map { RegimePage($0).text }.joined(separator: "\n\n"))
        }
    }
}

/// A regime for people to read.
private struct RegimePage {
    private let regime: Regime

    init(_ regime: Regime) { self.regime = regime }

    var text: String {
        ([head] + [rights] + [questions, grounds].filter { !$0.isEmpty } + [tail]).joined(separator: "\n\n")
    }

    private var head: String {
        """
        \(regime.id): \(regime.name)
          for            \(regime.jurisdiction)
          receipt        \(regime.effective)\(regime.alias.map { " (\($0))" } ?? "")
          version        \(regime.version), evidence: \(regime.evidence.rawValue)
          calendar       \(RegimeDocument.words(regime.calendar))
          end on a holiday  \(regime.rollOver.isNextWorkingDay ? "moves to the next working day (\(regime.rollOver.citation))" : "stays")
          stands in      \(regime.citations.joined(separator: "; "))
        """
    }

    private var rights: String {
        let rows = regime.rights.sorted { $0.key < $1.key }.map { name, rule in
            [
                name, rule.acknowledge?.period.description ?? "–",
                rule.respond?.period.description ?? rule.undelayed ?? "",
                rule.lengthening.map { $0.by?.description ?? "announced" } ?? "–", rule.respond?.citation ?? "",
            ]
        }
        return Terminal.table(["Right", "Confirm", "Answer", "Extension", "Stands in"], rows)
    }

    private var questions: String {
        let rows = regime.rights.sorted { $0.key < $1.key }.flatMap { name, rule in
            rule.interruptions.sorted { $0.key.rawValue < $1.key.rawValue }.map { kind, question in
                [
                    name, kind.rawValue, RegimeDocument.words(question.effect), question.basis.rawValue,
                    "\(question.askWithinDays) days", question.citation,
                ]
            }
        }
        return rows.isEmpty
            ? "" : Terminal.table(["Right", "Question", "Effect", "Basis", "Asked within", "Stands in"], rows)
    }

    private var grounds: String {
        let rows = regime.grounds.map {
            [$0.code, $0.rights.isEmpty ? "all" : $0.rights.joined(separator: ", "), $0.citation]
        }
        return rows.isEmpty ? "" : Terminal.table(["Ground of refusal", "Rights", "Stands in"], rows)
    }

    private var tail: String {
        (["Complaint: \(regime.complaint)"] + regime.notes.map { "Note: \($0)" }).joined(separator: "\n")
    }
}
