/// A ground of GDPR Art. 6(1), which decides the rights that apply.
package enum LegalGround: String, Sendable, CaseIterable {
    case consent
    case contract
    case legalObligation = "legal obligation"
    case vitalInterests = "vital interest"
    case publicTask = "public task"
    case legitimateInterests = "legitimate interest"

    /// The grounds that a map's words name; none when they name none that is known.
    package static func named(in words: String) -> Set<LegalGround> {
        let words = words.lowercased()
        return Set(allCases.filter { ground in ground.signs.contains { words.contains($0) } })
    }

    private var signs: [String] {
        switch self {
        case .consent: ["consent", "6(1)(a)", "9(2)(a)"]
        case .contract: ["contract", "6(1)(b)"]
        case .legalObligation: ["legal obligation", "6(1)(c)"]
        case .vitalInterests: ["vital interest", "6(1)(d)"]
        case .publicTask: ["public task", "public interest", "official authority", "6(1)(e)"]
        case .legitimateInterests: ["legitimate interest", "6(1)(f)"]
        }
    }
}
