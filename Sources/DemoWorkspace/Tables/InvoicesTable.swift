/// Bills, most of them with a PDF where the person has files.
struct InvoicesTable: DemoTable {
    let name = "invoices"
    let purpose = Purpose.invoices
    let columns = [
        "id", "customer_id", "number", "issued_on", "due_on", "currency", "total", "is_paid", "memo", "pdf_key",
        "created_at",
    ]

    func units(of person: Person) -> Int { person.portion.invoices }

    func write(_ unit: Unit, to page: inout Page) throws {
        let person = unit.person
        var random = unit.random
        let key = unit.id(.invoices)
        let content = InvoiceContent(of: person, ordinal: unit.ordinal)
        let pdf = hasPDF(unit) ? content.makePDF(of: person, ordinal: unit.ordinal) : nil
        page.rows.plain(key)
        page.rows.integer(person.customerNumber)
        page.rows.plain(content.number)
        page.rows.plain(unit.odd { $0.dates } ?? unit.moment.date)
        page.rows.plain(random.happens(oneIn: 9) ? nil : unit.moment.adding(days: 14).date)
        page.rows.plain(random.pick(["EUR", "EUR", "EUR", "CHF"]))
        page.rows.plain(unit.odd { $0.numerics } ?? InvoiceContent.money(content.total))
        page.rows.boolean(!random.happens(oneIn: 5))
        page.rows.text(unit.marked(or: "Thank you. Your reference:"))
        page.rows.plain(pdf?.key)
        page.rows.plain(unit.odd({ $0.instants }, 7) ?? unit.moment.text)
        if let pdf { try page.store(pdf, of: person, key: key) }
        try page.endRow(of: person, key: key)
    }

    private func hasPDF(_ unit: Unit) -> Bool { unit.person.hasFiles && unit.ordinal % 6 != 5 }
}
