/// A number that only grows.
package struct Counter: Sendable {
    private let family: MetricFamily

    init(_ family: MetricFamily) { self.family = family }

    /// Adds to the number; label values in the labels' order.
    package func add(_ amount: Double = 1, _ labels: String...) {
        precondition(amount >= 0, "a counter only grows")
        family.update(labels) { $0.value += amount }
    }
}

/// A number that goes up and down.
package struct Gauge: Sendable {
    private let family: MetricFamily

    init(_ family: MetricFamily) { self.family = family }

    /// Sets the number.
    package func set(_ value: Double, _ labels: String...) { family.update(labels) { $0.value = value } }

    /// Adds to the number, or takes from it.
    package func add(_ amount: Double, _ labels: String...) { family.update(labels) { $0.value += amount } }
}

/// How values are distributed.
package struct Histogram: Sendable {
    private let family: MetricFamily
    private let bounds: [Double]

    init(_ family: MetricFamily, bounds: [Double]) {
        self.family = family
        self.bounds = bounds
    }

    /// Counts a value.
    package func observe(_ value: Double, _ labels: String...) {
        let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
        family.update(labels) {
            $0.buckets[bucket] += 1
            $0.value += value
        }
    }
}
