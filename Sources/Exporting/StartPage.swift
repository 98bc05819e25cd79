internal import ArchiveFormat
internal import DataMap

/// START_HERE.html: what is here, how many, how to check. No script, no network, readable on a phone and on paper.
struct StartPage {
    private let manifest: Manifest
    private let plan: ExportPlan
    private let trail: [TrailEntry]?

    init(_ manifest: Manifest, plan: ExportPlan, trail: [TrailEntry]?) {
        self.trail = trail
        self.manifest = manifest
        self.plan = plan
    }

    func html() -> String {
        HTMLPage(
            title: "Your personal data from \(manifest.service)", kicker: manifest.controller.name, lead: lead(),
            body: body()
        ).html
    }

    private func lead() -> String {
        """
        <p>Everything below is as it stood at <strong>\(time(manifest.snapshot.at))</strong>, all of one moment.
        You asked under the <strong>\(Wording.right(manifest.request.right))</strong>
        (\(escaped(manifest.request.regime))).</p>
        \(manifest.part.map(PartNote.init)?.html ?? "")
        \(reportNote())
        """
    }

    private func body() -> String {
        """
        <section>
        <h2>What is here</h2>
        <table>
        <thead><tr><th scope="col">Kind</th><th scope="col" class="n">Records</th><th scope="col">Open</th></tr></thead>
        <tbody>
        \(rows())
        </tbody>
        </table>
        \(filesNote())
        </section>
        \(manifest.part.map(PartNote.init)?.indexHTML ?? "")
        \(list("What is not here", manifest.notIncluded.map { "<code>\(escaped($0.what))</code> — \(escaped($0.reason))" }))
        \(list("What was replaced", manifest.redacted.map { "<code>\(escaped($0.what))</code> — \(escaped($0.reason))" }))
        \(list("Files that could not be included whole", manifest.missing.map { escaped(Wording.loss($0)) }))
        \(trail.map(TrailSection.init)?.html(manifest) ?? "")
        \(checking())
        <footer>
        <p>Request <code>\(escaped(manifest.request.id))</code>. Questions:
        \(escaped(manifest.controller.contact)). You can complain to
        \(escaped(manifest.controller.complaintAuthority)).</p>
        </footer>
        """
    }

    // MARK: parts

    private func rows() -> String {
        plan.all.filter { manifest.part == nil || !links($0.collection).isEmpty }.map { plan in
            let collection = plan.collection
            let count = manifest.collections.first { $0.name == collection.name }
            let deleted =
                count?.softDeletedRows.flatMap { $0 > 0 ? $0 : nil }
                .map { "<br><small>\($0) in the bin</small>" } ?? ""
            let title = collection.nesting == nil ? escaped(collection.title) : "↳ \(escaped(collection.title))"
            return """
                <tr><th scope="row">\(title)\(deleted)</th><td class="n">\(records(collection, count))</td>\
                <td>\(links(collection))</td></tr>
                """
        }.joined(separator: "\n")
    }

    /// How many records there are, and how many of them are here when others are in another part.
    private func records(_ collection: Collection, _ count: Manifest.CollectionCount?) -> String {
        guard let count else { return manifest.part == nil ? "0" : "" }
        let json = manifest.files.first { $0.path == "data/json/\(count.inside ?? collection.name).json" }
        let csv = manifest.files.first { $0.path == "data/csv/\(collection.name).csv" }
        let here = [count.nestedAs.map { json?.nestedRows?[$0] } ?? json?.rows, csv?.rows].compactMap { $0 }
        let isWhole = manifest.part == nil || here.allSatisfy { $0 == count.archivedRows }
        return isWhole ? "\(count.archivedRows)" : "\(count.archivedRows)<br><small>in several parts</small>"
    }

    /// Where the law's questions are answered, when the archive answers them.
    private func reportNote() -> String {
        guard manifest.files.contains(where: { $0.path == AccessReportPage.path }) else { return "" }
        return """
            <p><a href="\(AccessReportPage.path)">Your access report</a> says what your data are used for, who received \
            them, how long they are kept, where they come from, and which rights you have.</p>
            """
    }

    private func links(_ collection: Collection) -> String {
        let root = collection.nesting?.parent
        let candidates = [
            ("JSON", "data/json/\(collection.name).json"), ("CSV", "data/csv/\(collection.name).csv"),
            ("files", "data/files/\(collection.name)/"),
        ]
        let found = candidates.filter { _, path in manifest.files.contains { $0.path.hasPrefix(path) } }
            .map { "<a href=\"\($0.1)\">\($0.0)</a>" }
        let inside = root.map { "inside <em>\(escaped(title(of: $0)))</em>" }
        return (found + [found.first?.contains("JSON") ?? false ? nil : inside].compactMap { $0 }).joined(
            separator: " · ")
    }

    private func title(of name: String) -> String {
        plan.all.first { $0.collection.name == name }?.collection.title ?? name
    }

    private func filesNote() -> String {
        let files = manifest.files.filter { $0.path.hasPrefix("data/files/") }
        guard !files.isEmpty else { return "" }
        let bytes = files.reduce(0) { $0 + $1.bytes }
        return
            "<p>\(files.count) files, \(bytes) bytes, lie in <a href=\"data/files/\">data/files</a>, each in a folder "
            + "named after its record.</p>"
    }

    private func list(_ title: String, _ items: [String]) -> String {
        guard !items.isEmpty else { return "" }
        return "<section><h2>\(title)</h2><ul>\n" + items.map { "<li>\($0)</li>\n" }.joined() + "</ul></section>"
    }

    private func checking() -> String {
        """
        <section>
        <h2>How to check it</h2>
        <p>Nothing may have been lost or changed on the way. In this folder, run:</p>
        <pre>sha256sum -c manifest-sha256.txt
        sha256sum -c tagmanifest-sha256.txt</pre>
        <p>That it comes from \(escaped(manifest.controller.name)), with the key they publish:</p>
        <pre>openssl pkeyutl -verify -pubin -inkey PUBLISHED-KEY.pem -rawin -in habeas-manifest.json -sigfile habeas-manifest.sig</pre>
        </section>
        """
    }

    private func time(_ text: String) -> String { HTMLPage.time(text) }

    private func escaped(_ text: String) -> String { HTMLPage.escaped(text) }
}
