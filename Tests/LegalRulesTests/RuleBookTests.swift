import Foundation
import PostgresTestKit
import RightsCore
import Testing

@testable import LegalRules

@Suite struct RuleBookTests {
    private struct Tabled: Decodable {
        struct Rule: Decodable { let id: String }
        let rules: [Rule]
    }

    private func day(_ text: String) throws -> CivilDate { try #require(CivilDate(text)) }

    private func own(_ text: String, _ name: String = "regimes/own.yaml") -> RuleFile {
        RuleFile(name: name, text: text)
    }

    private static let small = """
        id: ACME
        version: 2026-11-21
        name: Acme's law
        jurisdiction: Acme
        effective: { from: 2026-01-01 }
        evidence: knowledge
        citations: [Acme s.1]
        calendar: none
        roll_over: { next_working_day: false }
        respond_within: { count: 14, unit: calendar_day, citation: Acme s.1 }
        rights: { access: {} }
        serves: { access: access }
        complaint: Write to Acme.
        """

    // MARK: built in

    @Test func holdsEveryTabledRegime() throws {
        let text = try Checkout.text("fixtures/tables/deadline_rules.json")
        let tabled = try JSONDecoder().decode(Tabled.self, from: Data(text.utf8)).rules.map(\.id)
        let book = try RuleBook()

        #expect(Set(tabled).subtracting(book.regimeIDs + book.aliases).isEmpty)
        #expect(Set(RegimeID.known) == Set(book.regimeIDs + book.aliases))
    }

    @Test(arguments: ["regimes", "retention"]) func isTheWholeFolder(part: String) throws {
        let folder = "\(Checkout.path)/schemas/\(part)"
        let files = try FileManager.default.contentsOfDirectory(atPath: folder)
        let builtIn = part == "regimes" ? BuiltInRegimes.documents : BuiltInStatutes.documents

        #expect(builtIn.map(\.name).sorted() == files.sorted().map { "\(part)/\($0)" })
        for document in builtIn { #expect(try Checkout.text("schemas/\(document.name)") == document.file.text) }
    }

    @Test func everyDocumentIsListedUnderItsOwnName() throws {
        for document in BuiltInRegimes.documents {
            let regime = try RegimeReader.read(document.file)
            #expect(regime.id.text == document.id && regime.alias == document.alias)
            #expect(
                !regime.complaint.isEmpty
                    && regime.rights.values.allSatisfy { $0.respond != nil || $0.undelayed != nil })
        }
        for document in BuiltInStatutes.documents {
            #expect(try StatuteReader.read(document.file).countries[0] == document.id)
        }
    }

    /// Nothing asks for more than a moment: commands that need no database start at once.
    @Test func isReadFast() throws {
        let clock = ContinuousClock()
        let book = try RuleBook()
        let one = try clock.measure { _ = try book.regimes(named: "GDPR") }
        let all = try clock.measure {
            for id in book.regimeIDs { _ = try book.regimes(named: id) }
            _ = try book.statutes()
        }
        print("rule book, debug build: one regime \(one), all of it \(all)")
        #expect(one < .seconds(1) && all < .seconds(10))
    }

    @Test func validAgainstTheirSchemas() async throws {
        let outcome = try await Program.run(
            Checkout.python, ["\(Checkout.path)/Tests/Judges/rules_schema.py", "\(Checkout.path)/schemas"])
        #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
    }

    // MARK: looking up

    @Test func picksTheEditionByTheDayOfReceipt() throws {
        let book = try RuleBook()
        #expect(try book.regime("UK-GDPR", receivedOn: day("2026-02-04")).alias == "UK-GDPR-pre-2026-02-05")
        #expect(try book.regime("uk-gdpr", receivedOn: day("2026-02-05")).alias == nil)
        #expect(try book.regime("UK-GDPR-pre-2026-02-05", receivedOn: day("2026-02-04")).id.text == "UK-GDPR")
        #expect(try book.regimes(named: "UK-GDPR").count == 2)
        #expect(try book.regimes(named: "UK-GDPR-pre-2026-02-05").count == 1)
    }

    @Test func saysWhatIsWrong() throws {
        let book = try RuleBook()
        let unknown = #expect(throws: RuleError.self) { try book.regime("GDRP", receivedOn: day("2026-01-01")) }
        #expect(unknown?.code == .unknown && unknown?.hint?.contains("GDPR") == true)
        let early = #expect(throws: RuleError.self) { try book.regime("CL-21719", receivedOn: day("2026-11-30")) }
        #expect(early?.code == .notInForce && early?.hint?.contains("2026-12-01") == true)
        let late = #expect(throws: RuleError.self) {
            try book.regime("UK-GDPR-pre-2026-02-05", receivedOn: day("2026-02-05"))
        }
        #expect(late?.code == .notInForce)
    }

    // MARK: operators' own

    @Test func operatorsAddRegimes() throws {
        let book = try RuleBook(operators: [own(Self.small)])
        let regime = try book.regime("acme", receivedOn: day("2026-06-01"))

        #expect(regime.rights["access"]?.respond?.period == Period(14, .calendarDay))
        #expect(book.regimeIDs.contains("ACME") && book.knowsRegime("Acme"))
        #expect(regime.version.text == "2026-11-21" && regime.version.digest.count == 8)
    }

    @Test func operatorsReplaceAnEdition() throws {
        let text = Self.small.replacing("id: ACME", with: "id: GDPR").replacing("2026-01-01", with: "2018-05-25")
        let regime = try RuleBook(operators: [own(text)]).regime("GDPR", receivedOn: day("2026-06-01"))
        #expect(regime.name == "Acme's law")
    }

    @Test func overlappingEditionsAreRefused() throws {
        let text = Self.small.replacing("id: ACME", with: "id: GDPR")
        let error = #expect(throws: RuleError.self) { try RuleBook(operators: [own(text)]) }
        #expect(error?.description.contains("hold on the same days") == true)
        #expect(throws: RuleError.self) {
            try RuleBook(operators: [own(Self.small), own(Self.small, "regimes/b.yaml")])
        }
        let alias = Self.small.replacing("id: ACME", with: "id: ACME\nalias: GDPR")
        #expect(throws: RuleError.self) { try RuleBook(operators: [own(alias)]) }
    }

    @Test func operatorsReplaceACountry() throws {
        let text = """
            country: DE
            name: Germany
            version: 2026-11-21
            statutes:
              - documents: [invoice]
                scopes: [tax]
                years: 12
                anchor: { day: document_date, year_end: true }
                citation: ours
                evidence: knowledge
            """
        let book = try RuleBook(operators: [RuleFile(name: "retention/DE.yaml", text: text)])
        #expect(try book.statutes().filter { $0.country == "DE" }.map(\.years) == [12])
    }

    /// Each with the place of the fault.
    @Test(arguments: [
        ("count: 14", "count: 0", "regimes/own.yaml:10:26: respond_within.count: expected 1 to 10000"),
        ("calendar_day", "moons", "is not one of: calendar_month, calendar_day, business_day, hour"),
        (", citation: Acme s.1 }", " }", "“citation” is missing"),
        ("{ access: {} }", "{}", "expected one right at least"),
        ("{ access: {} }", "{ access: { also: [access] } }", "is there already"),
        ("{ access: {} }", "{ access: { pace: 1 } }", "unknown key"),
        ("serves: { access: access }", "serves: { access: know }", "is not a right of this regime"),
        ("serves: { access: access }", "serves: { acess: access }", "is no kind of request"),
        ("id: ACME", "id: AC ME", "is not an id"),
        ("version: 2026-11-21", "version: 1.0", "is not a day as yyyy-mm-dd"),
        ("next_working_day: false", "next_working_day: true", "“citation” is missing"),
        ("{ from: 2026-01-01 }", "{ from: 2026-01-01, through: 2025-01-01 }", "ends before it begins"),
        ("complaint: Write to Acme.", "colour: red", "unknown key"),
        (
            "rights: { access: {} }", "appeal: appeal\nrights: { access: {} }", "“appeal” is no right of this regime"
        ),
        (
            "rights: {",
            "interruptions: { identity: { effect: starts_after_reflection, basis: statute, citation: x } }\nrights: {",
            "“days” is missing"
        ),
        ("rights: {", "interruptions: { mood: none }\nrights: {", "is no question to the person"),
    ])
    func namesTheFault(old: String, new: String, message: String) throws {
        let error = #expect(throws: RuleError.self) {
            try RuleBook(operators: [own(Self.small.replacing(old, with: new))])
        }
        #expect(error?.code == .invalid && error?.description.contains(message) == true, "\(error?.description ?? "")")
    }
}
