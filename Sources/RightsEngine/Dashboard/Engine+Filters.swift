internal import LegalRules
internal import RequestLedger
internal import RightsCore

extension Engine {
    /// The id of the law that a filter names, as requests hold it; one that isn't in force today will do.
    ///
    /// - Throws: ``EngineError`` when there are no rules for it: what never matches anything would look like peace.
    package func knownRegime(_ name: String?) throws -> String? {
        guard let name else { return nil }
        do {
            let id = try settings.clock.regime(name, dashboardMoments.today).id.text
            return id.uppercased() == name.uppercased() ? id : name
        } catch let error as RuleError {
            guard error.code == .unknown else { return name }
            throw EngineError(.invalid, error.description, hint: error.hint, field: "regime")
        }
    }
}
