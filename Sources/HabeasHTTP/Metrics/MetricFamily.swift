internal import Synchronization

/// One metric with all its combinations of label values.
final class MetricFamily: Sendable {
    enum Kind: Sendable {
        case counter
        case gauge
        case histogram([Double])

        var text: String {
            switch self {
            case .counter: "counter"
            case .gauge: "gauge"
            case .histogram: "histogram"
            }
        }
    }

    /// What is known of one combination: one number, or a histogram's buckets and sum.
    struct Cell {
        var value = 0.0
        var buckets: [Int] = []
    }

    let name: String
    private let help: String
    private let kind: Kind
    private let labels: [MetricLabel]
    private let reading: (@Sendable () -> Double?)?
    private let cells = Mutex<[[String]: Cell]>([:])

    init(
        name: String, help: String, kind: Kind, labels: [MetricLabel], reading: (@Sendable () -> Double?)? = nil
    ) {
        precondition(name.hasPrefix("habeas_") && Self.isName(name), "\(name) isn't a metric's name")
        self.name = name
        self.help = help
        self.kind = kind
        self.labels = labels
        self.reading = reading
        if labels.isEmpty, reading == nil { update([]) { _ in } }
    }

    /// Changes the cell of these label values.
    func update(_ values: [String], _ change: (inout Cell) -> Void) {
        precondition(values.count == labels.count, "\(name) has \(labels.count) labels")
        let key = zip(labels, values).map { $0.admitted($1) }
        cells.withLock { change(&$0[key, default: emptyCell]) }
    }

    private var emptyCell: Cell {
        guard case .histogram(let bounds) = kind else { return Cell() }
        return Cell(buckets: Array(repeating: 0, count: bounds.count + 1))
    }

    /// A name as Prometheus has it.
    static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, !first.isDigit else { return false }
        return text.utf8.allSatisfy { $0.isDigit || $0 == 0x5f || (0x61...0x7a).contains($0 | 0x20) }
    }
}

// The text format.
extension MetricFamily {
    /// HELP, TYPE and the samples; nothing when there are no samples.
    var text: String {
        let samples = samples()
        guard !samples.isEmpty else { return "" }
        let head = "# HELP \(name) \(Self.escaped(help, quotes: false))\n# TYPE \(name) \(kind.text)\n"
        return head + samples.map { "\($0)\n" }.joined()
    }

    private func samples() -> [String] {
        if let reading { return reading().map { ["\(name) \(Self.number($0))"] } ?? [] }
        let cells = cells.withLock { $0 }.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        return cells.flatMap { values, cell in samples(values, cell) }
    }

    private func samples(_ values: [String], _ cell: Cell) -> [String] {
        let pairs = zip(labels, values).map { "\($0.name)=\"\(Self.escaped($1, quotes: true))\"" }
        guard case .histogram(let bounds) = kind else {
            return ["\(name)\(Self.braced(pairs)) \(Self.number(cell.value))"]
        }
        var samples: [String] = []
        var total = 0
        for (bound, count) in zip(bounds.map(Self.number) + ["+Inf"], cell.buckets) {
            total += count
            samples.append("\(name)_bucket\(Self.braced(pairs + ["le=\"\(bound)\""])) \(total)")
        }
        samples.append("\(name)_sum\(Self.braced(pairs)) \(Self.number(cell.value))")
        samples.append("\(name)_count\(Self.braced(pairs)) \(total)")
        return samples
    }

    private static func braced(_ pairs: [String]) -> String {
        pairs.isEmpty ? "" : "{\(pairs.joined(separator: ","))}"
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        return value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        text.reduce(into: "") { result, character in
            switch character {
            case "\\": result += "\\\\"
            case "\n", "\r\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.append(character)
            }
        }
    }
}
