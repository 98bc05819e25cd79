internal import DataMap
internal import RowEncoding

/// What was found in one table, and how far it was searched.
struct TableFinding {
    /// Where whose needle was met.
    struct Place: Hashable {
        let column: Identifier
        let owner: HuntPatterns.Owner
    }

    var coverage: HuntReport.Coverage
    /// Rows by place.
    private(set) var rows: [Place: Int64] = [:]
    /// Whether the connection can serve the next table.
    private(set) var isConnectionUsable = true
    /// The row met last at each place, so that a row counts once.
    private var lastRow: [Place: Int64] = [:]

    init(_ coverage: HuntReport.Coverage) { self.coverage = coverage }

    mutating func add(_ hit: RowHit, _ patterns: HuntPatterns, _ columns: [CatalogueColumn]) {
        for owner in patterns.owners(of: hit) {
            let place = Place(column: columns[hit.column].name, owner: owner)
            guard lastRow.updateValue(hit.row, forKey: place) != hit.row else { continue }
            rows[place, default: 0] += 1
        }
    }

    /// Searched to its end.
    func whole() -> TableFinding {
        guard coverage.cutValues == 0 else { return stopped(.largeValue, "search what is left of them by hand") }
        var finding = self
        finding.coverage.extent = .full
        return finding
    }

    /// Searched as far as it came.
    func stopped(_ obstacle: HuntReport.Obstacle, _ hint: String?, closing: Bool = false) -> TableFinding {
        var finding = self
        finding.coverage.extent = coverage.rows > 0 ? .part : .none
        finding.coverage.obstacle = obstacle
        finding.coverage.hint = hint
        finding.isConnectionUsable = !closing
        return finding
    }
}
