/// `access-report.html`: the report as a page. It says nothing that the report doesn't.
package struct AccessReportPage {
    /// Where it stands in the archive.
    static let path = "access-report.html"

    let report: AccessReport

    /// A page of a report.
    package init(_ report: AccessReport) { self.report = report }

    /// The page in HTML.
    package func html() -> String {
        HTMLPage(
            title: "Access report: your personal data at \(report.service)", kicker: report.controller.name,
            lead: lead(), body: contents() + report.statements.map(section).joined() + footer()
        ).html
    }

    // MARK: frame

    private func lead() -> String {
        """
        <p>You asked what we hold about you. This page answers under the <strong>\(text(report.law.name))</strong>
        (\(text(report.law.regime))). Everything is as it stood at <strong>\(HTMLPage.time(report.asOf))</strong>. The data
        themselves lie beside this page: <a href="START_HERE.html">start here</a>.</p>
        \(gapSummary())
        """
    }

    /// What the map leaves open is said at the top too, so that nobody has to look for it.
    private func gapSummary() -> String {
        let open = report.statements.filter { !$0.gaps.isEmpty }
        guard !open.isEmpty else { return "" }
        let links = open.map { "<a href=\"#\($0.item.rawValue)\">\(text($0.title))</a>" }.joined(separator: " · ")
        return "<p class=\"gap\"><strong>Left open.</strong> Our records don't answer everything under: \(links).</p>"
    }

    private func contents() -> String {
        let lines = report.statements.map { "<li><a href=\"#\($0.item.rawValue)\">\(text($0.title))</a></li>\n" }
        return "<nav aria-label=\"Contents\"><h2>Contents</h2><ol>\n\(lines.joined())</ol></nav>\n"
    }

    private func section(_ statement: AccessReport.Statement) -> String {
        let gaps = statement.gaps.map { "<p class=\"gap\"><strong>Not stated.</strong> \(text($0))</p>\n" }.joined()
        let id = statement.item.rawValue
        return """
            <section id="\(id)" aria-labelledby="\(id)-title">
            <h2 id="\(id)-title">\(text(statement.title))</h2>
            <p class="law">\(text(statement.citation))</p>
            \(content(of: statement.item))
            \(gaps)</section>

            """
    }

    private func footer() -> String {
        """
        <footer>
        <p>Request <code>\(text(report.request.id))</code>. Questions: \(text(report.controller.contact)). The same for
        programs: <a href="access-report.json">access-report.json</a>.</p>
        </footer>
        """
    }

    private func content(of item: ReportItem) -> String {
        switch item {
        case .controller: controller()
        case .officer: officer()
        case .confirmation: confirmation()
        case .purposes: purposes()
        case .categories: categories()
        case .recipients: recipients()
        case .transfers: transfers()
        case .retention: retention()
        case .sources: sources()
        case .rights: rights()
        case .complaint: complaint()
        case .automatedDecisions: decisions()
        case .copy: copy()
        case .inferences: inferences()
        case .soldOrShared: soldOrShared()
        case .businessDisclosures: businessDisclosures()
        case .lookBack: paragraph(report.lookBack?.statement ?? "")
        case .neverDisclosed: neverDisclosed()
        case .withheld: withheld()
        case .meanings: meanings()
        }
    }

    // MARK: pieces

    func text(_ text: String) -> String { HTMLPage.escaped(text) }

    /// A paragraph, or nothing when there are no words.
    func paragraph(_ words: String) -> String { words.isEmpty ? "" : "<p>\(text(words))</p>" }

    /// Items of HTML, or a sentence when there are none.
    func list(_ items: [String], none: String) -> String {
        guard !items.isEmpty else { return paragraph(none) }
        return "<ul>\n" + items.map { "<li>\($0)</li>\n" }.joined() + "</ul>"
    }

    /// Names and what is said of them; lines without words are left out.
    func definitions(_ lines: [(String, String?)]) -> String {
        let shown = lines.compactMap { name, words in words.map { "<dt>\(name)</dt><dd>\(text($0))</dd>\n" } }
        return "<dl>\n\(shown.joined())</dl>"
    }

    /// A table; the first cell of a row is its heading. Cells are HTML.
    func table(_ caption: String, _ heads: [String], _ rows: [[String]]) -> String {
        let head = heads.map { "<th scope=\"col\">\($0)</th>" }.joined()
        let body = rows.map { row in
            "<tr><th scope=\"row\">\(row[0])</th>" + row.dropFirst().map { "<td>\($0)</td>" }.joined() + "</tr>\n"
        }
        return """
            <div class="scroll" role="region" aria-label="\(caption)" tabindex="0"><table class="wide">
            <thead><tr>\(head)</tr></thead>
            <tbody>
            \(body.joined())</tbody>
            </table></div>
            """
    }

    func titles(_ collections: [AccessReport.CollectionName]) -> String {
        collections.map { text($0.title) }.joined(separator: ", ")
    }

    func fieldNames(_ fields: [String]) -> String {
        fields.map { "<code>\(text($0))</code>" }.joined(separator: ", ")
    }

    /// A collection with its fields, when it isn't all of them; or with the others, when those are fewer.
    func place(_ place: AccessReport.FieldPlace) -> String {
        guard let fields = place.fields else { return text(place.collection.title) }
        let all = report.collections.first { $0.name == place.collection.name }?.fields.map(\.name) ?? []
        let others = all.filter { !fields.contains($0) }
        let shown = others.count < fields.count ? "all but \(fieldNames(others))" : fieldNames(fields)
        return "\(text(place.collection.title)) (\(shown))"
    }

    func places(_ places: [AccessReport.FieldPlace]) -> String { places.map(place).joined(separator: "; ") }
}
