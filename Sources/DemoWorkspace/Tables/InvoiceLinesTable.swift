/// What was charged, written together for each invoice.
struct InvoiceLinesTable: DemoTable {
    let name = "invoice_lines"
    let purpose = Purpose.invoiceLines
    let columns = ["invoice_id", "line_number", "description", "quantity", "unit_price", "amount"]

    func units(of person: Person) -> Int { person.portion.invoices }

    func write(_ unit: Unit, to page: inout Page) throws {
        let invoice = unit.id(.invoices)
        for (index, line) in InvoiceContent(of: unit.person, ordinal: unit.ordinal).lines.enumerated() {
            page.rows.plain(invoice)
            page.rows.integer(index + 1)
            page.rows.text(unit.marked(index, or: line.description))
            page.rows.plain(unit.odd({ $0.doubles }, index) ?? InvoiceContent.quantity(line.quarters))
            page.rows.plain(unit.odd({ $0.numerics }, index) ?? InvoiceContent.money(line.unitPrice))
            page.rows.plain(unit.odd({ $0.numerics }, index + 1) ?? InvoiceContent.money(line.amount))
            try page.endRow(of: unit.person, key: "\(invoice)|\(index + 1)")
        }
    }
}
