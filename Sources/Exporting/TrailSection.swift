internal import ArchiveFormat
internal import RightsCore

/// The person's trail as a section of a page: its latest steps, and where all of them are.
struct TrailSection {
    private static let shown = 100

    let entries: [TrailEntry]

    func html(_ manifest: Manifest) -> String {
        let title = HTMLPage.escaped(TrailFiles.title)
        guard !entries.isEmpty else {
            return "<section><h2>\(title)</h2><p>Nobody, as far as our log goes back.</p></section>"
        }
        return """
            <section>
            <h2>\(title)</h2>
            <p>\(scope) \(links(manifest))</p>
            <div class="scroll" role="region" aria-label="\(title)" tabindex="0"><table class="wide">
            <thead><tr><th scope="col">When</th><th scope="col">Who</th><th scope="col">What</th>\
            <th scope="col">Why</th></tr></thead>
            <tbody>
            \(rows)</tbody>
            </table></div>
            </section>
            """
    }

    private var scope: String {
        entries.count > Self.shown
            ? "The latest \(Self.shown) of \(entries.count) entries of our log." : "All entries of our log."
    }

    private func links(_ manifest: Manifest) -> String {
        let places = [("JSON", "data/json/\(TrailFiles.name).json"), ("CSV", "data/csv/\(TrailFiles.name).csv")]
        let found = places.filter { _, path in manifest.files.contains { $0.path == path } }
        return "As a file: " + found.map { "<a href=\"\($1)\">\($0)</a>" }.joined(separator: " · ")
    }

    private var rows: String {
        entries.suffix(Self.shown).map { entry in
            let why = [
                entry.reasonCode.map { "<code>\(HTMLPage.escaped($0))</code>" }, entry.words.map(HTMLPage.escaped),
            ]
            return """
                <tr><th scope="row">\(HTMLPage.time(entry.at.rfc3339))</th><td>\(HTMLPage.escaped(entry.actor))</td>\
                <td><code>\(HTMLPage.escaped(entry.action))</code></td>\
                <td>\(why.compactMap { $0 }.joined(separator: " "))</td></tr>

                """
        }.joined()
    }
}
