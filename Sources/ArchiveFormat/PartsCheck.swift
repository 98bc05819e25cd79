/// Whether archives that are sound alone are all parts of one: none missing, none foreign, every row in exactly one.
struct PartsCheck {
    private let reports: [VerificationReport]

    init(_ reports: [VerificationReport]) { self.reports = reports }

    private struct Part {
        let root: String
        let digest: String
        let manifest: Manifest
        let place: ManifestPart
    }

    func check() -> VerificationReport.Check {
        var parts: [Part] = []
        var faults: [String] = []
        for (index, report) in reports.enumerated() {
            if let manifest = report.manifest, let place = manifest.part, let digest = report.manifestSHA256 {
                parts.append(Part(root: report.root, digest: digest, manifest: manifest, place: place))
            } else {
                faults.append("archive \(index + 1) isn't one of several parts")
            }
        }
        parts.sort { $0.place.number < $1.place.number }
        faults += sequenceFaults(parts)
        // What follows would only repeat that a part is missing or foreign.
        if faults.isEmpty { faults = contentFaults(parts) }
        return VerificationReport.Check(
            "parts", faults, passed: "\(parts.count) parts, none missing, every row in one of them")
    }

    // MARK: the sequence

    private func sequenceFaults(_ parts: [Part]) -> [String] {
        guard let first = parts.first, let last = parts.last else { return [] }
        var faults: [String] = []
        for part in parts where Identity(part.manifest) != Identity(first.manifest) {
            faults.append("\(part.root) is of another archive than \(first.root)")
        }
        let count = max(last.place.number, last.place.predecessors.count + 1)
        for number in 1...count {
            let found = parts.count { $0.place.number == number }
            if found == 0 { faults.append("part \(number) is missing") }
            if found > 1 { faults.append("part \(number) is there \(found) times") }
        }
        if !last.place.isLast { faults.append("part \(last.place.number) isn't the last, and none after it is there") }
        for part in parts.dropLast() where part.place.isLast {
            faults.append("part \(part.place.number) says it is the last")
        }
        return faults.isEmpty ? chainFaults(parts) : faults
    }

    private func chainFaults(_ parts: [Part]) -> [String] {
        let names = parts.map { ManifestPart.Predecessor(name: $0.root, manifestSha256: $0.digest) }
        return parts.enumerated().compactMap { index, part in
            part.place.predecessors == Array(names[..<index])
                ? nil : "part \(part.place.number) names other parts before it than those that are there"
        }
    }

    /// What all parts of one archive say alike.
    private struct Identity: Equatable {
        let request, service, at, lsn, generator: String
        let limit: UInt64?

        init(_ manifest: Manifest) {
            (request, service, generator) = (manifest.request.id, manifest.service, manifest.generator)
            (at, lsn) = (manifest.snapshot.at, manifest.snapshot.lsn)
            limit = manifest.part?.sizeLimit
        }
    }

    // MARK: the contents

    private func contentFaults(_ parts: [Part]) -> [String] {
        let contents = parts.map {
            PartContents(number: $0.place.number, name: $0.root, files: $0.manifest.files)
        }
        var faults: [String] = []
        if parts.last?.place.index != contents { faults.append("the last part's index isn't what the parts hold") }
        var seen: Set<String> = []
        for file in parts.flatMap(\.manifest.files) where file.path.hasPrefix("data/files/") {
            if !seen.insert(file.path.lowercased()).inserted { faults.append("\(file.path) is in two parts") }
        }
        return faults + countFaults(parts)
    }

    private func countFaults(_ parts: [Part]) -> [String] {
        let rows = rowsByPlace(parts)
        var faults: [String] = []
        var counts: [String: Int64] = [:]
        for collection in parts.flatMap(\.manifest.collections) {
            let known = counts.updateValue(collection.archivedRows, forKey: collection.name)
            if let known, known != collection.archivedRows {
                faults.append("\(collection.name): parts disagree on how many rows there are")
            }
            guard known == nil else { continue }
            let json = "data/json/\(collection.inside ?? collection.name).json"
            let found = [rows["\(json) \(collection.nestedAs ?? "")"], rows["data/csv/\(collection.name).csv "]]
            for case let number? in found where number != collection.archivedRows {
                faults.append("\(collection.name): all parts hold \(number) rows, not \(collection.archivedRows)")
            }
        }
        return faults
    }

    /// Rows of each file over all parts, and of what is nested in it, by path and the keys that lead there.
    private func rowsByPlace(_ parts: [Part]) -> [String: Int64] {
        var rows: [String: Int64] = [:]
        for file in parts.flatMap(\.manifest.files) {
            guard let count = file.rows else { continue }
            rows["\(file.path) ", default: 0] += count
            for (keys, nested) in file.nestedRows ?? [:] { rows["\(file.path) \(keys)", default: 0] += nested }
        }
        return rows
    }
}
