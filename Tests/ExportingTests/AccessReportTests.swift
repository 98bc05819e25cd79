import ArchiveFormat
import DataMap
import Exporting
import Foundation
import PostgresTestKit
import RightsCore
import Testing

/// The report is a function of map, plan and manifest: no database here.
@Suite struct AccessReportTests {
    /// A shop with two tables of one person; what a test needs differently it replaces in the text.
    private static let map = """
        habeas_map: 1
        service: shop
        controller: {name: Shop & Sons, contact: x@shop.example, complaint_authority: CNIL}
        default_regime: GDPR
        schemas: [shop]
        row_security: required
        subjects:
          user: {table: shop.users, key: id, row_security: {setting: app.id}}
        collections:
          account:
            title: Account
            table: shop.users
            category: account data
            purpose: running the account
            origin: provided
            legal_basis: contract
            paths: [{hops: []}]
            fields:
              id: identifier
              ssn: {never_disclose: ssn}
              hash: {never_export: a secret, never_disclose: {kind: password, description: as a hash}}
              score: {origin: inferred, legal_basis: legitimate interests}
            erasure: delete
          orders:
            title: Orders
            table: shop.orders
            category: orders
            purpose: delivering what you ordered
            origin: third_party
            legal_basis: habit
            paths: ["user_id -> shop.users(id)"]
            fields: {id: identifier, user_id: identifier, total: money}
            erasure: {retain: FR-LPF-L102B, fields: [id, total]}
        """

    private static let full = """

        recipients:
          - {name: "Parcel <b>Co</b>", role: controller, category: carriers, country: US, purpose: delivery,
             safeguard: standard contractual clauses, sold: true, shared: false, collections: [orders]}
          - {name: Mailer, role: processor, category: mail services, country: FR, purpose: letters, sold: false,
             shared: false, business_purpose: performing services, collections: [account]}
        automated_decisions:
          - {name: credit limit, logic: income and past payments, significance: how much you can order,
             consequences: an order above it is refused, collections: [account]}
        """

    private static func catalogue() -> Catalogue {
        func table(_ name: String, _ columns: [String]) -> CatalogueTable {
            CatalogueTable(
                name: TableName(name)!,
                columns: columns.map { CatalogueColumn(name: Identifier($0), sqlType: "text", baseType: "text") },
                primaryKey: [Identifier("id")], uniqueKeys: [[Identifier("id")]])
        }
        return Catalogue(tables: [
            table("shop.users", ["id", "ssn", "hash", "score"]), table("shop.orders", ["id", "user_id", "total"]),
        ])
    }

    private func plan(_ map: DataMap, _ regime: RegimeID) throws -> ExportPlan {
        try ExportPlan(map, Self.catalogue(), kind: map.subjects[0], right: .access, regime: regime, only: [])
    }

    private func report(
        _ regime: String, map text: String = map + full, rows: [String: Int64] = ["account": 1, "orders": 3]
    ) throws -> AccessReport {
        let map = try DataMap(yaml: text)
        let regime = try #require(RegimeID(regime))
        let plan = try plan(map, regime)
        var manifest = Manifest(
            generator: "test",
            request: .init(
                id: "019ff000-0000-7000-8000-000000000000", right: "access", regime: regime.text, format: "json",
                subjectKind: "user", ticket: "T", reason: "r"), service: map.service,
            controller: .init(name: "", contact: "", complaintAuthority: ""),
            snapshot: .init(at: "2026-11-21T12:00:00Z", lsn: "0/1"), readBack: "before_release",
            notes: .init(jsonWrittenAsText: 0, csvGuardedCells: 0))
        manifest.collections = plan.all.map {
            let name = $0.collection.name
            return .init(
                name: name, title: $0.collection.title, sourceRows: rows[name] ?? 0, archivedRows: rows[name] ?? 0,
                rowSecurity: "same_rows",
                softDeletedRows: nil, softDeleteColumn: nil)
        }
        manifest.redacted = plan.redacted.map { .init(what: $0.what, reason: $0.reason) }
        return ReportBuilder(manifest, map: map, plan: plan).report()
    }

    private func gaps(_ report: AccessReport, _ item: ReportItem) -> String {
        report.statements.first { $0.item == item }?.gaps.joined(separator: "\n") ?? ""
    }

    // MARK: the GDPR's shape

    @Test func namesRecipientsTransfersAndDecisions() throws {
        let report = try report("GDPR")

        #expect(report.recipients.recipients.map(\.name) == ["Parcel <b>Co</b>", "Mailer"])
        #expect(report.transfers?.map(\.recipient) == ["Parcel <b>Co</b>"])
        #expect(report.automatedDecisions.decisions.map(\.logic) == ["income and past payments"])
        #expect(report.inferences == nil && report.lookBack == nil && report.neverDisclosed == nil)
        #expect(report.withheld.redacted.isEmpty)
    }

    @Test func speaksOnlyOfWhatIsHeldAndOfWhereNothingWas() throws {
        let report = try report("GDPR", rows: ["account": 1])

        #expect(report.purposes.map(\.purpose) == ["running the account"])
        #expect(report.recipients.recipients.map(\.name) == ["Mailer"])
        #expect(report.retention.map(\.collection.name) == ["account"])
        #expect(report.confirmation.empty.map(\.title) == ["Orders"])
        let page = AccessReportPage(report).html()
        #expect(page.contains("We looked here too and found nothing about you: Orders."))
        #expect(!page.contains("delivering what you ordered"))
    }

    /// Of a row that is somebody else's only the fields about the person count.
    @Test func aMentionIsDescribedByItsFieldsOnly() throws {
        let text = Self.map.replacingOccurrences(
            of: "paths: [\"user_id -> shop.users(id)\"]",
            with: "paths: [{ownership: mention, hops: [\"user_id -> shop.users(id)\"], fields: [user_id]}]")
        let report = try report("GDPR", map: text + Self.full)

        #expect(report.collections.last?.fields.map(\.name) == ["user_id"])
        #expect(!report.categories.contains { $0.category == "money" })
        #expect(!AccessReportPage(report).html().contains("money"))
    }

    @Test func saysNoWhereNothingIsHeld() throws {
        let report = try report("GDPR", rows: [:])

        #expect(!report.confirmation.isHeld)
        #expect(AccessReportPage(report).html().contains("No: we looked in every place named below"))
    }

    @Test func listsTheRightsThatApplyAndWhereTo() throws {
        let report = try report("GDPR")

        let rights = Dictionary(uniqueKeysWithValues: report.rights.map { ($0.right, $0) })
        #expect(rights["Objection"]?.places?.map(\.fields) == [["score"]])
        #expect(rights["Data portability"]?.places?.map(\.fields) == [["id", "ssn"]])
        #expect(rights["Withdrawal of consent"] == nil)
        #expect(rights["Human intervention"] != nil)
        #expect(gaps(report, .rights).contains("“habit”"))
    }

    /// What the map lacks is a stated gap, in the report and on the page.
    @Test(arguments: [
        (ReportItem.retention, "states no retention for Account"), (.recipients, "who received data"),
        (.automatedDecisions, "by automated means"), (.officer, "names no data protection officer"),
        (.sources, "from whom Orders came"),
    ])
    func statesEachGap(item: ReportItem, words: String) throws {
        let report = try report("GDPR", map: Self.map)

        #expect(gaps(report, item).contains(words))
        let page = AccessReportPage(report).html()
        let first = gaps(report, item).components(separatedBy: "\n")[0].replacingOccurrences(of: "'", with: "&#39;")
        #expect(page.contains("Not stated.</strong> \(first)</p>"))
        #expect(page.contains("Left open."))
    }

    @Test func anExplicitNoneIsAnAnswer() throws {
        let report = try report("GDPR", map: Self.map + "\nrecipients: none\nautomated_decisions: none\n")

        #expect(gaps(report, .recipients).isEmpty && gaps(report, .automatedDecisions).isEmpty)
        let page = AccessReportPage(report).html()
        #expect(page.contains("Nobody received these data from us."))
        #expect(page.contains("None. No decision"))
    }

    @Test func everythingFromTheMapIsEscaped() throws {
        let page = AccessReportPage(try report("GDPR")).html()

        #expect(page.contains("Parcel &lt;b&gt;Co&lt;/b&gt;") && !page.contains("<b>Co"))
        #expect(page.contains("Shop &amp; Sons"))
    }

    // MARK: the CCPA's shape

    @Test func tellsSalesAndBusinessPurposesByCategory() throws {
        let report = try report("CCPA")

        let money = try #require(report.categories.first { $0.category == "money" })
        #expect(money.disclosures?.map(\.recipientCategory) == ["carriers"])
        #expect(money.disclosures?.map(\.isSold) == [true])
        let page = AccessReportPage(report).html()
        #expect(page.contains("<th scope=\"row\">money</th><td>sold</td><td>carriers</td>"))
        #expect(page.contains("performing services"))
        #expect(report.inferences?.map(\.fields) == [["score"]])
        #expect(report.lookBack?.isUnlimited == true)
        #expect(report.transfers == nil)
    }

    @Test func describesWhatItMustNotHandOut() throws {
        let report = try report("CCPA")

        #expect(report.neverDisclosed?.map(\.field) == ["ssn", "hash"])
        #expect(report.neverDisclosed?.map(\.description) == ["social security number", "account password, as a hash"])
        #expect(report.withheld.redacted.map(\.what) == ["account.ssn"])
        #expect(report.withheld.redacted[0].reason.contains("11 CCR § 7024(d)"))
        let treatments = report.collections[0].fields.map(\.treatment)
        #expect(treatments == [.included, .replaced, .leftOut, .included])
    }

    @Test func leavesTheValueOutOfTheStatement() throws {
        let map = try DataMap(yaml: Self.map)
        let columns = try plan(map, #require(RegimeID("CCPA"))).roots[0].columns

        let mark = "[withheld: social security number; 11 CCR § 7024(d)]"
        #expect(columns.map(\.mark) == [nil, mark, nil])
        #expect(columns[1].expression("t") == "CASE WHEN t.\"ssn\" IS NULL THEN NULL ELSE '\(mark)' END")
        #expect(try plan(map, #require(RegimeID("GDPR"))).roots[0].columns.allSatisfy { $0.mark == nil })
    }

    @Test func quotesTheMapsWords() throws {
        let map = try DataMap(
            yaml: Self.map.replacingOccurrences(
                of: "{never_disclose: ssn}", with: "{never_disclose: {kind: ssn, description: \"the tax office's\"}}"))
        let columns = try plan(map, #require(RegimeID("US-MN"))).roots[0].columns

        #expect(columns[1].expression("t").contains("the tax office''s; Minn. Stat. § 325M.14]'"))
    }

    /// A number that mustn't be disclosed would stand in the names of folders.
    @Test func refusesFilesNamedAfterWhatItMustNotHandOut() throws {
        let text = Self.map.replacingOccurrences(
            of: "fields: {id: identifier, user_id: identifier, total: money}",
            with: "fields: {id: {never_disclose: financial_account}, user_id: a, total: a}\n"
                + "    files: [{store: objects, key: total}]")
        let map = try DataMap(yaml: text)

        let error = #expect(throws: ExportError.self) { _ = try plan(map, #require(RegimeID("CCPA"))) }
        #expect(error?.code == .undisclosableName)
        #expect(throws: Never.self) { _ = try plan(map, #require(RegimeID("GDPR"))) }
    }

    // MARK: every law

    @Test(arguments: RegimeID.known) func everyLawHasItsStatements(id: String) throws {
        let report = try report(id)
        let page = AccessReportPage(report).html()

        let always: [ReportItem] = [
            .controller, .confirmation, .purposes, .categories, .recipients, .retention, .sources, .rights, .complaint,
            .automatedDecisions, .copy, .withheld, .meanings,
        ]
        let items = report.statements.map(\.item)
        #expect(Set(items).count == items.count)
        #expect(Set(items).isSuperset(of: always))
        #expect(report.statements.allSatisfy { !$0.citation.isEmpty })
        for item in items { #expect(page.contains("<section id=\"\(item.rawValue)\"")) }
        #expect(items.contains(.neverDisclosed) == (report.neverDisclosed != nil))
    }

    /// The laws that have California's list: LEGAL traps 14 and table 1.4.
    @Test func fourLawsForbidToDisclose() {
        let laws = RegimeID.known.filter { RegimeID($0).flatMap { ReportLaw.of($0).neverDisclosed } != nil }
        #expect(Set(laws) == ["CCPA", "CCPA-OPTOUT", "CA-DELETE-ACT", "US-CT", "US-MT", "US-MN"])
    }
}
