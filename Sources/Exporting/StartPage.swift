internal import ArchiveFormat
internal import DataMap

/// START_HERE.html: what is here, how many, how to check. No script, no network, readable on a phone and on paper.
struct StartPage {
    private let manifest: Manifest
    private let plan: ExportPlan

    init(_ manifest: Manifest, plan: ExportPlan) {
        self.manifest = manifest
        self.plan = plan
    }

    func html() -> String {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
        <title>Your personal data from \(escaped(manifest.service))</title>
        <style>\(Self.style)</style>
        </head>
        <body>
        <main>
        <header>
        <p class="kicker">\(escaped(manifest.controller.name))</p>
        <h1>Your personal data from \(escaped(manifest.service))</h1>
        <p>Everything below is as it stood at <strong>\(time(manifest.snapshot.at))</strong>, all of one moment.
        You asked under the <strong>\(Wording.right(manifest.request.right))</strong>
        (\(escaped(manifest.request.regime))).</p>
        </header>
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
        \(list("What is not here", manifest.notIncluded.map { "<code>\(escaped($0.what))</code> — \(escaped($0.reason))" }))
        \(list("What was replaced", manifest.redacted.map { "<code>\(escaped($0.what))</code> — \(escaped($0.reason))" }))
        \(list("Files that could not be included whole", manifest.missing.map { escaped(Wording.loss($0)) }))
        \(checking())
        <footer>
        <p>Request <code>\(escaped(manifest.request.id))</code>. Questions:
        \(escaped(manifest.controller.contact)). You can complain to
        \(escaped(manifest.controller.complaintAuthority)).</p>
        </footer>
        </main>
        </body>
        </html>

        """
    }

    // MARK: parts

    private func rows() -> String {
        plan.all.map { plan in
            let collection = plan.collection
            let count = manifest.collections.first { $0.name == collection.name }
            let deleted =
                count?.softDeletedRows.flatMap { $0 > 0 ? $0 : nil }
                .map { "<br><small>\($0) in the bin</small>" } ?? ""
            let title = collection.nesting == nil ? escaped(collection.title) : "↳ \(escaped(collection.title))"
            return """
                <tr><th scope="row">\(title)\(deleted)</th><td class="n">\(count?.archivedRows ?? 0)</td>\
                <td>\(links(collection))</td></tr>
                """
        }.joined(separator: "\n")
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

    /// The snapshot's instant to the second, as people write it; in full in the attribute.
    private func time(_ text: String) -> String {
        "<time datetime=\"\(text)\">\(text.prefix(10)) \(text.dropFirst(11).prefix(8)) UTC</time>"
    }

    private func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            default: escaped.append(character)
            }
        }
        return escaped
    }

    private static let style = """
        :root{color-scheme:light dark;--ink:#1c2330;--soft:#5b6474;--line:#dfe3ea;--paper:#fff;--wash:#f5f7fa;--mark:#2457c5}
        @media (prefers-color-scheme:dark){:root{--ink:#e8ebf1;--soft:#a3adbd;--line:#333b49;--paper:#161a21;\
        --wash:#1e242e;--mark:#8fb1ff}}
        body{margin:0;background:var(--paper);color:var(--ink);font:17px/1.55 system-ui,-apple-system,"Segoe UI",sans-serif}
        main{max-width:46rem;margin:0 auto;padding:2.5rem 1.25rem 4rem}
        h1{font-size:1.9rem;line-height:1.2;margin:.2rem 0 1rem}h2{font-size:1.15rem;margin:2.4rem 0 .6rem}
        .kicker{color:var(--soft);margin:0}a{color:var(--mark)}small,footer{color:var(--soft);font-weight:400}
        table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.5rem .6rem;border-bottom:1px solid var(--line);\
        vertical-align:top}thead th{color:var(--soft);font-weight:500;font-size:.85rem}tbody th{font-weight:500}
        .n{text-align:right;font-variant-numeric:tabular-nums}
        code{font-size:.88em;overflow-wrap:anywhere}
        pre{background:var(--wash);border:1px solid var(--line);border-radius:.5rem;padding:.8rem 1rem;overflow-x:auto;\
        font-size:.85rem;white-space:pre-wrap;overflow-wrap:anywhere}
        li{margin:.25rem 0}footer{margin-top:3rem;border-top:1px solid var(--line);font-size:.9rem}
        @media print{body{font-size:11pt}main{padding:0}}
        """
}
