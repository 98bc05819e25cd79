internal import ArchiveFormat

/// What the pages of one part of several say of the others.
struct PartNote {
    let part: ManifestPart

    init(_ part: ManifestPart) { self.part = part }

    /// A line for README.txt and the empty line behind it.
    var text: String {
        let place = part.isLast ? "START_HERE.html" : "START_HERE.html of the last one"
        let number = part.isLast ? "\(part.number) of \(part.number)" : "\(part.number) of several"
        return "Part:         \(number). Each opens by itself; \(place) says what lies in which.\n"
    }

    /// A paragraph for START_HERE.html.
    var html: String {
        let number = part.isLast ? "part \(part.number) of \(part.number)" : "part \(part.number) of several"
        return "<p>This is <strong>\(number)</strong>. \(words)</p>"
    }

    private var words: String {
        part.isLast
            ? "Each part opens by itself; below is what lies in which."
            : "Each part opens by itself; the last one says what lies in which."
    }

    /// The section of the last part that tells what lies in which.
    var indexHTML: String {
        guard let index = part.index else { return "" }
        return """
            <section>
            <h2>What lies in which part</h2>
            <div class="scroll" role="region" aria-label="What lies in which part" tabindex="0"><table class="wide">
            <thead><tr><th scope="col">Part</th><th scope="col">Folder</th><th scope="col">Contents</th></tr></thead>
            <tbody>
            \(index.map(row).joined(separator: "\n"))
            </tbody>
            </table></div>
            </section>
            """
    }

    private func row(_ contents: PartContents) -> String {
        let data = contents.data.map { "<code>\(HTMLPage.escaped($0.path))</code>, \($0.rows) records" }
        let files = contents.files.map {
            "<code>data/files/\(HTMLPage.escaped($0.collection))/</code>, \($0.count) files, \($0.bytes) bytes"
        }
        return """
            <tr><th scope="row">\(contents.number)</th><td><code>\(HTMLPage.escaped(contents.name))</code></td>\
            <td>\((data + files).joined(separator: "<br>"))</td></tr>
            """
    }
}
