/// Who pays.
struct BillingCustomersTable: DemoTable {
    let name = "billing_customers"
    let purpose = Purpose.billingCustomers
    let columns = ["id", "user_id", "name", "email", "address", "vat_id", "balance", "tax_details", "created_at"]

    func units(of person: Person) -> Int { person.portion.billingCustomers }

    func write(_ unit: Unit, to page: inout Page) throws {
        let person = unit.person
        var random = unit.random
        page.rows.integer(person.customerNumber)
        page.rows.plain(person.id)
        page.rows.text(unit.text(or: person.name.full))
        page.rows.text(person.email)
        page.rows.text(address(of: person, &random))
        page.rows.plain(random.happens(oneIn: 3) ? "DE\(random.within(100_000_000...999_999_999))" : nil)
        page.rows.plain(unit.odd({ $0.numerics }, 1) ?? "0.00")
        page.rows.text(unit.odd { $0.jsonbTexts } ?? #"{"country": "DE", "reverseCharge": false}"#)
        page.rows.plain(unit.moment.text)
        try page.endRow(of: person, key: String(person.customerNumber))
    }

    private func address(of person: Person, _ random: inout SplitMix64) -> String {
        let street = "\(random.pick(Phrases.streets)) \(random.within(1...90))"
        return "\(person.name.full)\n\(street)\n\(random.pick(Phrases.towns))\nYour reference: \(person.canary)"
    }
}

extension Person {
    /// The primary key in `billing_customers`.
    var customerNumber: Int { 70_001 + index }
}
