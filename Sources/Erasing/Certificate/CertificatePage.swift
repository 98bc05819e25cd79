internal import RightsCore

/// The certificate as one page for people: no scripts, nothing fetched, readable on a phone and on paper.
package enum CertificatePage {
    /// HTML in UTF-8.
    package static func html(_ certificate: ErasureCertificate) -> [UInt8] {
        let page = """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <meta name="referrer" content="no-referrer">
            <title>Certificate of erasure</title>
            <style>\(style)</style>
            </head>
            <body>
            <main>
            <header>
            <p class="kicker">\(escaped(certificate.controller))</p>
            <h1>Certificate of erasure</h1>
            <p>\(lead(certificate))</p>
            </header>
            \(facts(certificate))
            \(erased(certificate))
            \(kept(certificate))
            \(held(certificate))
            \(recipients(certificate))
            \(backups(certificate))
            \(hunt(certificate))
            \(verification(certificate))
            </main>
            </body>
            </html>

            """
        return Array(page.utf8)
    }

    // MARK: what it says

    private static func lead(_ certificate: ErasureCertificate) -> String {
        let what =
            certificate.scope == "person"
            ? "the personal data of the person who made this request" : "the record this request is about"
        let service = escaped(certificate.service)
        switch certificate.state {
        case "erased":
            return "On \(time(certificate.erasedAt)), \(what) was erased from the live systems of \(service)."
        case "erased_with_retention":
            return """
                On \(time(certificate.erasedAt)), \(what) was erased from the live systems of \(service), except for \
                what has to be kept. What is kept, and why, is below.
                """
        default:
            return """
                On \(time(certificate.erasedAt)), \(what) was erased from the live systems of \(service) <strong>in \
                part</strong>. Something is left that should have gone; the controller knows of it, and what it is \
                stands below as far as it can be named.
                """
        }
    }

    private static func facts(_ certificate: ErasureCertificate) -> String {
        var rows = [
            ("Request", code(certificate.request)), ("Law", escaped(certificate.regime.uppercased())),
            ("Received", time(certificate.receivedAt)),
        ]
        if let approved = certificate.approvedAt { rows.append(("Plan approved", time(approved))) }
        rows += [
            ("Erased", time(certificate.erasedAt)), ("Certificate issued", time(certificate.issuedAt)),
            ("SHA-256 of the plan", code(certificate.plan)),
            ("Number in the erasure ledger", String(certificate.ledgerSequence)),
        ]
        let lines = rows.map { "<dt>\($0.0)</dt><dd>\($0.1)</dd>" }.joined(separator: "\n")
        return "<dl>\n\(lines)\n</dl>"
    }

    private static func erased(_ certificate: ErasureCertificate) -> String {
        let lines = certificate.collections.filter { $0.outcome != "keep" }
        let rows = lines.map { line in
            return "<tr><th>\(escaped(line.title))\(remaining(line))</th><td>\(outcome(line.outcome))</td>"
                + "<td class=\"n\">\(line.rows)</td></tr>"
        }
        let files =
            certificate.files > 0
            ? ["<tr><th>Files</th><td>deleted, every version</td><td class=\"n\">\(certificate.files)</td></tr>"] : []
        guard !(rows + files).isEmpty else { return section("What was erased", "<p>Nothing was there to erase.</p>") }
        return section(
            "What was erased",
            """
            <table>
            <thead><tr><th>What</th><th>What happened</th><th class="n">Rows</th></tr></thead>
            <tbody>
            \((rows + files).joined(separator: "\n"))
            </tbody>
            </table>
            """)
    }

    /// Which of a collection's rows are not among those counted, and why.
    private static func remaining(_ line: ErasureCertificate.Line) -> String {
        let parts = [
            (line.staying, "others have a part in them, so they stay"),
            (line.held, "they stay, restricted, for proceedings"),
            (line.hollow, "they stay, emptied of what identifies, because a restricted row refers to them"),
        ].filter { $0.0 > 0 }.map { "\(count($0.0, "row")) not counted here: \($0.1)" }
        return parts.isEmpty ? "" : " <small>(\(parts.joined(separator: "; ")))</small>"
    }

    private static func kept(_ certificate: ErasureCertificate) -> String {
        let statutes = certificate.retained.map { line in
            """
            <li><strong>\(count(line.documents, "document"))</strong> of \(escaped(line.collection)), kept until \
            <strong>\(line.until)</strong> because \(escaped(line.citation)) demands it \
            <small>(rule \(code(line.statute)))</small>. Only these fields are kept: \
            \(line.fields.map { escaped($0) }.joined(separator: ", ")). They serve that duty and nothing else, and \
            are deleted the day after.</li>
            """
        }
        let reasons = certificate.collections.filter { $0.outcome == "keep" && $0.rows > 0 }.map { line in
            "<li><strong>\(count(line.rows, "row"))</strong> of \(escaped(line.title)) stay"
                + (line.reason.map { ": \(escaped($0))" } ?? "") + ".</li>"
        }
        let contact =
            certificate.contactKept
            ? [
                "<li>The address for letters about this request stays encrypted until the last of them is sent.</li>"
            ] : []
        let lines = statutes + reasons + contact
        guard !lines.isEmpty else { return section("What is kept", "<p>Nothing.</p>") }
        return section("What is kept", "<ul>\n\(lines.joined(separator: "\n"))\n</ul>")
    }

    private static func held(_ certificate: ErasureCertificate) -> String {
        guard certificate.isHeld else { return "" }
        return section(
            "Kept, restricted, for proceedings",
            """
            <p>Some rows are needed for legal claims. They are not erased but restricted: kept apart from everyday \
            work, and used for those claims only. When they are no longer needed they are erased without a new \
            request, and a new certificate takes the place of this one.</p>
            """)
    }

    private static func recipients(_ certificate: ErasureCertificate) -> String {
        guard !certificate.recipients.isEmpty else {
            return section("Who else was told", "<p>The data was passed on to nobody who has to be told.</p>")
        }
        let rows = certificate.recipients.map {
            "<tr><th>\(escaped($0.name))</th><td>\(recipientState($0.state))</td></tr>"
        }
        return section(
            "Who else was told",
            """
            <p>As the certificate was issued, of those who hold copies:</p>
            <table><tbody>
            \(rows.joined(separator: "\n"))
            </tbody></table>
            """)
    }

    private static func backups(_ certificate: ErasureCertificate) -> String {
        guard let backups = certificate.backups else {
            return section(
                "What remains in backups", "<p>Not described yet: ask the controller.</p>")
        }
        guard !backups.isEmpty else { return section("What remains in backups", "<p>Nothing.</p>") }
        let lines = backups.map { line in
            let until =
                line.until.map { "until <strong>\($0)</strong>" } ?? "no end can be foretold; the controller knows"
            return "<li>\(escaped(line.name)): \(until)</li>"
        }
        return section("What remains in backups", "<ul>\n\(lines.joined(separator: "\n"))\n</ul>")
    }

    private static func hunt(_ certificate: ErasureCertificate) -> String {
        let hunt = certificate.hunt
        var text =
            hunt.tables == 0
            ? "<p>No search for leftovers could be made.</p>"
            : "<p>After the erasure \(count(hunt.tables, "table")) \(hunt.tables == 1 ? "was" : "were") searched for "
                + "what identifies the person. "
                + (hunt.isComplete ? "The search was complete." : "The search was <strong>not complete</strong>.")
                + "</p>"
        if !hunt.obstacles.isEmpty {
            let places = hunt.obstacles.map { "<li>\(code($0))</li>" }.joined(separator: "\n")
            text += "<p>Not searched, or not to the end:</p>\n<ul>\n\(places)\n</ul>"
        }
        if hunt.leftovers.isEmpty {
            if hunt.tables > 0 { text += "<p>Nothing was found that should be gone.</p>" }
        } else {
            let places = hunt.leftovers.map { "<li>\(code($0))</li>" }.joined(separator: "\n")
            text += "<p>Something was found in:</p>\n<ul>\n\(places)\n</ul>"
        }
        return section("The search for leftovers", text)
    }

    private static func verification(_ certificate: ErasureCertificate) -> String {
        section(
            "How to check this certificate",
            """
            <p>What is signed is not this page but the file <code>certificate.json</code>, of which this page is a \
            reading. With it, the file <code>certificate.sig</code> and the key that the service publishes at \
            <code>/.well-known/habeas.json</code>, either of these says whether it is genuine:</p>
            <pre>habeas verify certificate.json --key published.json</pre>
            <pre>openssl pkeyutl -verify -pubin -inkey KEY.pem -rawin -in certificate.json -sigfile certificate.sig</pre>
            """)
    }

    // MARK: words

    private static func outcome(_ code: String) -> String {
        switch code {
        case "delete": "deleted"
        case "unlink": "no longer linked to the person"
        case "anonymize": "made anonymous"
        case "retain": "deleted, but for what a statute keeps"
        default: escaped(code)
        }
    }

    private static func recipientState(_ code: String) -> String {
        switch code {
        case "open": "to be told"
        case "told": "told"
        case "acknowledged": "told, and says it is done"
        case "parked": "told; keeps it under a duty of its own, and is asked again when that ends"
        case "impossible": "can't be told, or only by disproportionate effort"
        default: escaped(code)
        }
    }

    private static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

    // MARK: pieces of HTML

    private static func section(_ title: String, _ body: String) -> String { "<h2>\(title)</h2>\n\(body)" }

    private static func code(_ text: String) -> String { "<code>\(escaped(text))</code>" }

    /// To the second, in UTC; in full in the attribute.
    private static func time(_ instant: Instant) -> String {
        let text = instant.rfc3339
        return "<time datetime=\"\(text)\">\(text.prefix(10)) \(text.dropFirst(11).prefix(8)) UTC</time>"
    }

    /// Text as it may stand in an element or an attribute.
    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text.unicodeScalars {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }

    private static let style = """
        :root{color-scheme:light;--ink:#1c2330;--soft:#5b6474;--line:#dfe3ea;--wash:#f5f7fa}
        body{margin:0;background:#fff;color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
        main{max-width:44rem;margin:0 auto;padding:2rem 1.25rem 3rem}
        h1{font-size:1.8rem;line-height:1.2;margin:.2rem 0 .8rem}h2{font-size:1.1rem;margin:1.6rem 0 .4rem}
        .kicker,small,dt,thead th{color:var(--soft)}.kicker{margin:0}
        dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1.2rem;margin:1.2rem 0}dd{margin:0;min-width:0}
        table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;font-weight:400;\
        padding:.35rem .5rem .35rem 0;border-bottom:1px solid var(--line)}
        .n{text-align:right;font-variant-numeric:tabular-nums;padding-right:0}
        code{font-size:.88em;overflow-wrap:anywhere}ul{padding-left:1.2rem;margin:.3rem 0}li{margin:.2rem 0}p{margin:.4rem 0}
        pre{background:var(--wash);border:1px solid var(--line);border-radius:.4rem;padding:.6rem .8rem;font-size:.8rem;\
        white-space:pre-wrap;overflow-wrap:anywhere;margin:.5rem 0}
        @media (max-width:32rem){dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.5rem}}
        @page{size:A4;margin:16mm}
        @media print{body{font-size:9.5pt}main{padding:0;max-width:none}h2{margin:.9rem 0 .2rem;break-after:avoid}\
        tr,li,dd{break-inside:avoid}}
        """
}
