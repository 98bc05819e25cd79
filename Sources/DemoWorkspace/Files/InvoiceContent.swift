/// What one invoice of a person says.
struct InvoiceContent {
    /// One thing charged; amounts are in cents, quantities in quarters.
    struct Line {
        let description: String
        let quarters: Int
        let unitPrice: Int
        var amount: Int { quarters * unitPrice / 4 }
    }

    let number: String
    let lines: [Line]
    var total: Int { lines.reduce(0) { $0 + $1.amount } }

    init(of person: Person, ordinal: Int) {
        var random = person.random(.invoices, ordinal)
        number = "\(2026_000_000 + person.index)-\(ordinal + 1)"
        let wanted = 1 + random.below(4)
        lines = (0..<wanted).map { line in
            let offer = Self.offers[(line + ordinal) % Self.offers.count]
            return Line(description: offer.0, quarters: random.within(1...12), unitPrice: offer.1)
        }
    }

    /// The invoice as a file.
    func makePDF(of person: Person, ordinal: Int) -> StoredFile {
        let heading = ["Invoice \(number)", "for \(person.name.full)", person.canary, ""]
        let body = lines.map { "\(Self.quantity($0.quarters)) x \($0.description): \(Self.money($0.amount)) EUR" }
        let letter = PDFLetter(lines: heading + body + ["", "Total: \(Self.money(total)) EUR", "Thank you!"])
        return StoredFile(
            key: StoredFile.makeKey(of: person, .pdfKey, ordinal), name: number + ".pdf", mediaType: "application/pdf",
            content: letter.bytes)
    }

    /// Cents as euros with two decimals.
    static func money(_ cents: Int) -> String {
        "\(cents / 100).\(cents % 100 < 10 ? "0" : "")\(cents % 100)"
    }

    /// Quarters as a decimal number.
    static func quantity(_ quarters: Int) -> String { "\(quarters / 4)" + ["", ".25", ".5", ".75"][quarters % 4] }

    private static let offers = [
        ("Personal plan, one month", 900), ("Extra storage, 50 GB", 350), ("Transcribed recordings, hours", 420),
        ("Assistant runs beyond the plan, thousands", 275), ("Paper copies by post", 1290),
        ("Help with moving in, hours", 6800),
    ]
}
