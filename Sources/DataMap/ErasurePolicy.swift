/// How erasures of this database are carried out.
package struct ErasurePolicy: Sendable, Hashable {
    /// By how much the rows found at the run may differ from the plan's forecast, before it must be approved anew.
    package let band: CountBand
    /// Up to how many rows one transaction takes a person out; above, rows go in paced batches.
    package let rowsInOneTransaction: Int
    /// Triggers that copy nothing of a deleted row, each with the reason.
    package let harmlessTriggers: [HarmlessTrigger]

    /// What holds unless a map says otherwise.
    package static let standard = ErasurePolicy(
        band: CountBand(rows: 100, percent: 10), rowsInOneTransaction: 50_000, harmlessTriggers: [])

    /// A policy by its parts.
    package init(band: CountBand, rowsInOneTransaction: Int, harmlessTriggers: [HarmlessTrigger]) {
        self.band = band
        self.rowsInOneTransaction = rowsInOneTransaction
        self.harmlessTriggers = harmlessTriggers
    }
}

/// How far a count may be from its forecast: either bound is enough.
package struct CountBand: Sendable, Hashable {
    /// In rows.
    package let rows: Int
    /// In percent of the forecast.
    package let percent: Int

    /// A band by its parts.
    package init(rows: Int, percent: Int) {
        self.rows = rows
        self.percent = percent
    }

    /// Whether a count is near enough to its forecast.
    package func allows(_ count: Int, forecast: Int) -> Bool {
        abs(count - forecast) <= max(rows, forecast / 100 * percent)
    }
}

/// A trigger that was looked at.
package struct HarmlessTrigger: Sendable, Hashable {
    /// Its table.
    package let table: TableName
    /// Its name.
    package let name: Identifier
    /// Why it copies nothing.
    package let reason: String
}
