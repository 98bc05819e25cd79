internal import Synchronization

/// Every metric of the process, and their text for Prometheus (exposition format 0.0.4).
///
/// Label values come from closed sets that are given with the metric, so no id, path or address can become one;
/// whatever isn't in the set counts as `other`.
package final class MetricsRegistry: Sendable {
    private let families = Mutex<[MetricFamily]>([])

    package init() {}

    /// A number that only grows.
    package func counter(_ name: String, help: String, labels: [MetricLabel] = []) -> Counter {
        precondition(name.hasSuffix("_total"), "a counter's name ends in _total")
        return Counter(add(MetricFamily(name: name, help: help, kind: .counter, labels: labels)))
    }

    /// A number that goes up and down.
    package func gauge(_ name: String, help: String, labels: [MetricLabel] = []) -> Gauge {
        Gauge(add(MetricFamily(name: name, help: help, kind: .gauge, labels: labels)))
    }

    /// A number that is looked up when it is asked for; nil leaves it out.
    package func gauge(_ name: String, help: String, reading: @escaping @Sendable () -> Double?) {
        add(MetricFamily(name: name, help: help, kind: .gauge, labels: [], reading: reading))
    }

    /// How values are distributed over buckets, given by their upper bounds.
    package func histogram(
        _ name: String, help: String, bounds: [Double], labels: [MetricLabel] = []
    ) -> Histogram {
        precondition(bounds == bounds.sorted() && !bounds.isEmpty, "the bounds of a histogram ascend")
        let family = MetricFamily(name: name, help: help, kind: .histogram(bounds), labels: labels)
        return Histogram(add(family), bounds: bounds)
    }

    /// The text of all metrics.
    package func text() -> String { families.withLock { $0 }.map(\.text).joined() }

    @discardableResult
    private func add(_ family: MetricFamily) -> MetricFamily {
        families.withLock { families in
            precondition(!families.contains { $0.name == family.name }, "\(family.name) is registered twice")
            families.append(family)
        }
        return family
    }
}

/// A label and all values it can have.
package struct MetricLabel: Sendable {
    let name: String
    let values: Set<String>

    /// A label with its closed set of values.
    package init(_ name: String, values: some Sequence<String>) {
        precondition(MetricFamily.isName(name) && name != "le", "\(name) is a label's name")
        self.name = name
        self.values = Set(values)
    }

    func admitted(_ value: String) -> String { values.contains(value) ? value : "other" }
}
