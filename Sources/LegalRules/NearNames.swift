/// Names that somebody may have meant, for the hint of an error.
package enum NearNames {
    /// The few of `known` that are nearest to a name, nearest first; none when nothing is near.
    package static func near(_ name: String, among known: some Sequence<String>, limit: Int = 3) -> [String] {
        let wanted = Array(name.lowercased().unicodeScalars.prefix(80))
        let allowed = max(2, wanted.count / 3)
        var found: [(distance: Int, name: String)] = []
        for candidate in known {
            let scalars = Array(candidate.lowercased().unicodeScalars)
            let isPart = wanted.count >= 3 && candidate.lowercased().contains(name.lowercased())
            let distance = isPart ? 1 : distance(wanted, scalars, limit: allowed)
            if let distance { found.append((distance, candidate)) }
        }
        return found.sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }.prefix(limit).map(\.name)
    }

    /// How many letters must be changed, added or left out (Levenshtein); nil beyond the limit.
    private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar], limit: Int) -> Int? {
        guard abs(left.count - right.count) <= limit else { return nil }
        var row = Array(0...right.count)
        for (index, letter) in left.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for (column, other) in right.enumerated() {
                let replaced = diagonal + (letter == other ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(replaced, row[column] + 1, diagonal + 1)
            }
        }
        return row[right.count] <= limit ? row[right.count] : nil
    }
}
