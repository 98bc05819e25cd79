import Foundation
import LegalRules
package import RightsCore
package import RightsEngine

extension LegalClock {
    /// The built-in rules, for a controller in Berlin.
    package static func berlin() throws -> LegalClock {
        LegalClock(book: try RuleBook(), zone: try ZoneRules.system("Europe/Berlin"), fingerprint: "built-in")
    }
}

extension ZoneRules {
    /// A zone as the operating system has it.
    package static func system(_ name: String) throws -> ZoneRules {
        let bytes = Array(try Data(contentsOf: URL(filePath: "/usr/share/zoneinfo/\(name)")))
        guard let zone = ZoneRules(tzif: bytes, name: name, version: "system") else { throw NoZone(name: name) }
        return zone
    }

    private struct NoZone: Error { let name: String }
}
