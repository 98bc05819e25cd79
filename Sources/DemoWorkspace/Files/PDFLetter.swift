/// A one-page PDF (ISO 32000) of some lines of text.
struct PDFLetter {
    /// The file.
    let bytes: [UInt8]

    init(lines: [String]) {
        let text = lines.map { "(\(Self.literal($0))) Tj T*" }.joined(separator: "\n")
        let content = "BT /F1 11 Tf 16 TL 56 780 Td\n\(text)\nET"
        let objects = [
            "<< /Type /Catalog /Pages 2 0 R >>",
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R /Resources << /Font << /F1 4 0 R >> >> >>",
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
            "<< /Length \(content.utf8.count) >>\nstream\n\(content)\nendstream",
        ]
        bytes = Array(Self.file(of: objects).utf8)
    }

    private static func file(of objects: [String]) -> String {
        var file = "%PDF-1.4\n"
        var offsets: [String] = []
        for (index, object) in objects.enumerated() {
            let digits = String(file.utf8.count)
            offsets.append(String(repeating: "0", count: 10 - digits.utf8.count) + digits + " 00000 n \n")
            file += "\(index + 1) 0 obj\n\(object)\nendobj\n"
        }
        let start = file.utf8.count
        file += "xref\n0 \(objects.count + 1)\n0000000000 65535 f \n" + offsets.joined()
        return file + "trailer\n<< /Size \(objects.count + 1) /Root 1 0 R >>\nstartxref\n\(start)\n%%EOF\n"
    }

    /// ASCII only, since the standard fonts know no more; brackets are escaped.
    private static func literal(_ line: String) -> String {
        line.unicodeScalars.reduce(into: "") { text, scalar in
            switch scalar {
            case "(", ")", "\\": text += "\\\(scalar)"
            case " "..."~": text.unicodeScalars.append(scalar)
            default: text += "?"
            }
        }
    }
}
