/// The rules of BagIt 1.0 (RFC 8493 §3): complete and valid.
struct BagCheck {
    private let contents: ArchiveContents

    init(_ contents: ArchiveContents) { self.contents = contents }

    func run(into report: inout VerificationReport) {
        let payload = Set(contents.entries.keys.filter { $0.hasPrefix("data/") })
        report.record(
            "payload", faults("manifest-sha256.txt", mustCover: payload),
            passed: "\(payload.count) files, every SHA-256 as in manifest-sha256.txt")
        let tags = Set(contents.entries.keys.filter { !$0.hasPrefix("data/") && $0 != "tagmanifest-sha256.txt" })
        report.record(
            "tag files", faults("tagmanifest-sha256.txt", mustCover: tags),
            passed: "\(tags.count) files, every SHA-256 as in tagmanifest-sha256.txt")
        report.record("bag", declarationFaults(payload), passed: "BagIt 1.0, payload of the size it declares")
    }

    private func faults(_ manifest: String, mustCover expected: Set<String>) -> [String] {
        guard let bytes = contents.tags[manifest] else { return ["\(manifest) is missing"] }
        var faults: [String] = []
        var listed: Set<String> = []
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
            guard parts.count == 2 else {
                faults.append("\(manifest) has a line that can't be read")
                continue
            }
            let path = String(parts[1].drop { $0 == " " || $0 == "*" })
            if !listed.insert(path).inserted { faults.append("\(manifest) lists \(path) twice") }
            guard let entry = contents.entries[path] else {
                faults.append("\(path) is listed and missing")
                continue
            }
            if entry.sha256 != parts[0].lowercased() { faults.append("\(path) was changed") }
        }
        return faults + expected.subtracting(listed).sorted().map { "\($0) isn't listed in \(manifest)" }
    }

    private func declarationFaults(_ payload: Set<String>) -> [String] {
        var faults: [String] = []
        let declaration = contents.tags["bagit.txt"].map { String(decoding: $0, as: UTF8.self) } ?? ""
        if !declaration.hasPrefix("BagIt-Version: 1.0\n") { faults.append("bagit.txt doesn't declare BagIt 1.0") }
        let octets = payload.compactMap { contents.entries[$0]?.bytes }.reduce(0, +)
        let info = contents.tags["bag-info.txt"].map { String(decoding: $0, as: UTF8.self) } ?? ""
        if !info.split(separator: "\n").contains("Payload-Oxum: \(octets).\(payload.count)") {
            faults.append("the payload isn't of the size bag-info.txt declares")
        }
        return faults
    }
}
