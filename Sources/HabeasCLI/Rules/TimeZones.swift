internal import FoundationEssentials
internal import LegalRules
internal import ObjectStore
internal import RightsCore
internal import Synchronization

/// The time zones of the operating system, which keeps them current (docs/decisions/0014-time-zones-from-the-system.md).
final class TimeZones: Sendable {
    private let folder: String
    private let read = Mutex<[String: ZoneRules]>([:])

    /// The zones of `$TZDIR`, else of /usr/share/zoneinfo.
    init(folder: String? = ProcessInfo.processInfo.environment["TZDIR"]) {
        self.folder = folder.flatMap { $0.isEmpty ? nil : $0 } ?? "/usr/share/zoneinfo"
    }

    /// The rules of a zone.
    ///
    /// - Throws: ``TimeZoneError`` when there is no such zone.
    func zone(_ name: String) throws(TimeZoneError) -> ZoneRules {
        if let known = read.withLock({ $0[name] }) { return known }
        guard Self.isName(name), let bytes = try? WholeFile.read("\(folder)/\(name)"),
            let zone = ZoneRules(tzif: bytes, name: name, version: release)
        else { throw unknown(name) }
        read.withLock { $0[name] = zone }
        return zone
    }

    /// The release of the tz database, as its files name it; `unknown` where they don't.
    var release: String {
        if let first = database.first, first.hasPrefix("# version ") { return String(first.dropFirst(10)) }
        // Not there: some systems leave it out.
        let text = (try? WholeFile.read("\(folder)/+VERSION")).map { String(decoding: $0, as: UTF8.self) }
        return text.map { String($0.prefix { !$0.isWhitespace }) } ?? "unknown"
    }

    /// `Europe/Berlin`, `Etc/GMT+1`; never a path that leads out, nor the copies that count leap seconds.
    private static func isName(_ name: String) -> Bool {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        let isPlain = parts.allSatisfy { part in
            !part.isEmpty && part.utf8.count <= 40
                && part.unicodeScalars.allSatisfy {
                    "a"..."z" ~= $0 || "A"..."Z" ~= $0 || "0"..."9" ~= $0 || "+-_".unicodeScalars.contains($0)
                }
        }
        return isPlain && parts.count <= 4 && !["right", "posix"].contains(parts[0])
    }

    /// The lines of the database's one-file form; none where the system leaves it out.
    private var database: [Substring] {
        // Only the release and the hints of errors come from it.
        guard let bytes = try? WholeFile.read("\(folder)/tzdata.zi") else { return [] }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    }

    private func unknown(_ name: String) -> TimeZoneError {
        let names = database.compactMap { line -> String? in
            let words = line.split(separator: " ")
            if words.first == "Z", words.count > 1 { return String(words[1]) }
            return words.first == "L" && words.count > 2 ? String(words[2]) : nil
        }
        return TimeZoneError(name: name, near: NearNames.near(name, among: names), isInstalled: !names.isEmpty)
    }
}

/// No time zone has that name.
struct TimeZoneError: Error, CustomStringConvertible {
    let name: String
    let near: [String]
    let isInstalled: Bool

    var description: String {
        "no time zone is called “\(name)”" + (near.isEmpty ? "" : "; is it \(near.joined(separator: ", or "))?")
    }

    var hint: String? {
        guard near.isEmpty else { return nil }
        return isInstalled
            ? "write it as the tz database does, such as Europe/Berlin" : "is the package tzdata installed?"
    }
}
