import Crypto
import Foundation
import PostgresTestKit

/// Looks for markers in what a service left behind, in every disguise a leak could wear.
struct LeakHunt: Sendable {
    /// Something that was left behind: a log, an answer, a mail's headers, a table.
    struct Place: Sendable {
        let name: String
        var text: String
        /// Markers that belong there, by the name they have in the hunt.
        var allowed: Set<String> = []
    }

    /// What is looked for, by name.
    private(set) var markers: [String: String]
    /// Secrets that were made while the service ran: looked for as they are, and in base64, hex and percent signs.
    private(set) var secrets: [String: String] = [:]
    private(set) var places: [Place] = []

    init(_ markers: [String: String]) { self.markers = markers }

    mutating func look(for secret: String, called name: String) { secrets[name] = secret }

    mutating func add(_ name: String, _ text: String, allowing allowed: Set<String> = []) {
        places.append(Place(name: name, text: text, allowed: allowed))
    }

    /// Where which marker was found.
    var leaks: [String] { places.flatMap { leaks(in: $0) } }

    func leaks(in place: Place) -> [String] {
        // What C would take for the end is none.
        let haystack = place.text.lowercased().replacing("\0", with: " ")
        return (markers.keys.map { ($0, disguises(ofMarker: $0)) } + secrets.keys.map { ($0, disguises(ofSecret: $0)) })
            .filter { name, _ in !place.allowed.contains(name) }
            .filter { _, disguises in disguises.contains { strstr(haystack, $0) != nil } }
            .map { name, _ in "\(place.name): \(name)" }.sorted()
    }

    private func disguises(ofMarker name: String) -> [String] {
        markers[name].map { (CanaryTests.disguises(of: $0) + [Self.hex($0)]).map { $0.lowercased() } } ?? []
    }

    /// Hashes of secrets with 256 random bits are stored, and tell nothing; those of shorter ones would.
    private func disguises(ofSecret name: String) -> [String] {
        guard let secret = secrets[name] else { return [] }
        let hash = secret.count >= 43 ? Self.sha256(secret) : ""
        return (CanaryTests.disguises(of: secret).filter { $0 != hash } + [Self.hex(secret)]).map { $0.lowercased() }
    }

    /// Places in which a marker, planted in any disguise, is not found: none, or the hunt is blind.
    var blindSpots: [String] {
        var blind: [String] = []
        for place in places {
            // One marker a place: the hunt treats all of them alike.
            guard let name = markers.keys.sorted().first(where: { !place.allowed.contains($0) }) else { continue }
            var hunt = LeakHunt([name: markers[name] ?? ""])
            for disguise in disguises(ofMarker: name) {
                hunt.places = [Place(name: place.name, text: place.text + disguise, allowed: place.allowed)]
                if hunt.leaks != ["\(place.name): \(name)"] { blind.append("\(place.name): \(disguise)") }
            }
        }
        return blind
    }

    private static func sha256(_ text: String) -> String {
        SHA256.hash(data: Data(text.utf8)).map { String(format: "%02x", $0) }.joined()
    }

    private static func hex(_ text: String) -> String { text.utf8.map { String(format: "%02x", $0) }.joined() }
}

extension TestDatabase {
    /// Every row of every table of the control database, by table.
    func controlRows() async throws -> [String: String] {
        var rows: [String: String] = [:]
        for table in try await query("SELECT tablename FROM pg_tables WHERE schemaname = 'habeas'") {
            guard let name = table[0] else { continue }
            rows[name] = try await query("SELECT t::text FROM habeas.\(name) t").map { $0[0] ?? "" }
                .joined(separator: "\n")
        }
        return rows
    }
}
