/// The frame of every page in an archive: no script, no network, readable on a phone and on paper.
struct HTMLPage {
    let title: String
    /// Who answers for the data, above the heading.
    let kicker: String
    /// What the page is, below the heading, in HTML.
    let lead: String
    /// What follows, in HTML.
    let body: String

    var html: String {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
        <title>\(Self.escaped(title))</title>
        <style>\(Self.style)</style>
        </head>
        <body>
        <main>
        <header>
        <p class="kicker">\(Self.escaped(kicker))</p>
        <h1>\(Self.escaped(title))</h1>
        \(lead)
        </header>
        \(body)
        </main>
        </body>
        </html>

        """
    }

    /// Text as it may stand in an element or an attribute.
    static func escaped(_ text: String) -> String {
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

    /// An instant to the second, as people write it; in full in the attribute.
    static func time(_ text: String) -> String {
        "<time datetime=\"\(text)\">\(text.prefix(10)) \(text.dropFirst(11).prefix(8)) UTC</time>"
    }

    private static let style = """
        :root{color-scheme:light dark;--ink:#1c2330;--soft:#5b6474;--line:#dfe3ea;--paper:#fff;--wash:#f5f7fa;--mark:#2457c5;--warn:#b7791f}
        @media (prefers-color-scheme:dark){:root{--ink:#e8ebf1;--soft:#a3adbd;--line:#333b49;--paper:#161a21;\
        --wash:#1e242e;--mark:#8fb1ff;--warn:#e0b45c}}
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
        .skip{position:absolute;left:-99rem}.skip:focus{position:static}
        nav ol{columns:2 17rem;column-gap:1rem;padding-left:2.2rem}nav li{padding-right:.6rem;break-inside:avoid}
        .law{color:var(--soft);font-size:.85rem;margin:-.3rem 0 .8rem}
        h3{font-size:1rem;margin:1.6rem 0 .3rem}dl{margin:.3rem 0 1rem}dt{color:var(--soft);font-size:.85rem;margin-top:.5rem}
        dd{margin:0}.gap{border-left:.25rem solid var(--warn);background:var(--wash);padding:.5rem .8rem;margin:.6rem 0}
        .scroll{overflow-x:auto}.wide th,.wide td{overflow-wrap:anywhere;hyphens:auto;min-width:5rem}
        @media (max-width:32rem){main{padding:1.5rem 1rem 3rem}.wide{font-size:.9rem}.wide th,.wide td{padding:.4rem .3rem}}
        @media print{a{color:inherit;text-decoration:none}h2,h3,dt{break-after:avoid}tr,dd{break-inside:avoid}\
        .scroll{overflow:visible}nav{display:none}}
        """
}
