internal import Crypto
package import RightsCore
internal import Synchronization

/// All rules that dates follow from: regimes, retention statutes and calendars, built in and the operator's own.
///
/// Built-in documents are parsed when they are first asked for. An operator's document takes the place of the built-in
/// one with the same id and days; with a new id it adds to them.
package final class RuleBook: Sendable {
    /// The calendars of holidays.
    package let calendars: CalendarBook
    /// The operator's regimes, by id.
    private let ownRegimes: [String: [OwnRegime]]
    private let ownStatutes: [StatuteDocument]
    private let ownTexts: [String]
    private let regimesRead = Mutex<[String: [Regime]]>([:])
    private let statutesRead = Mutex<[RetentionStatute]?>(nil)

    private struct OwnRegime {
        let regime: Regime
        let file: String
    }

    /// The built-in rules and an operator's own.
    ///
    /// - Parameter files: the operator's documents, named from their folder: `regimes/…`, `calendars/…`, `retention/…`.
    /// - Throws: ``RuleError`` when a document can't be read, or the days of two editions of one regime overlap.
    package init(operators files: [RuleFile] = []) throws(RuleError) {
        calendars = try CalendarBook(operators: files.filter { $0.name.hasPrefix("calendars/") })
        ownTexts = files.map(\.text)
        var regimes: [String: [OwnRegime]] = [:]
        var statutes: [StatuteDocument] = []
        for file in files {
            if file.name.hasPrefix("regimes/") {
                let regime = try RegimeReader.read(file)
                regimes[regime.id.text, default: []].append(OwnRegime(regime: regime, file: file.name))
            } else if file.name.hasPrefix("retention/") {
                let document = try StatuteReader.read(file)
                if let other = statutes.first(where: { !Set($0.countries).isDisjoint(with: document.countries) }) {
                    throw RuleError(
                        .invalid, "\(other.countries[0]) is in another document already", document: file.name)
                }
                statutes.append(document)
            }
        }
        ownRegimes = regimes
        ownStatutes = statutes
        for id in regimes.keys.sorted() { _ = try editions(of: id) }
        try checkAliases()
    }

    // MARK: regimes

    /// The ids of all regimes, in alphabetical order.
    package var regimeIDs: [String] {
        Set(BuiltInRegimes.documents.map(\.id)).union(ownRegimes.keys).sorted()
    }

    /// The names that mean one edition of a regime alone.
    package var aliases: [String] {
        Set(BuiltInRegimes.documents.compactMap(\.alias))
            .union(ownRegimes.values.joined().compactMap(\.regime.alias)).sorted()
    }

    /// Whether a regime is called that, by its id or by an edition's own name, in any case.
    package func knowsRegime(_ name: String) -> Bool { spelling(of: name) != nil }

    /// The editions of a regime, the oldest first; the one edition, for a name that means it alone.
    ///
    /// - Throws: ``RuleError`` when no regime is called that, or its document can't be read.
    package func regimes(named name: String) throws(RuleError) -> [Regime] {
        guard let spelling = spelling(of: name) else { throw unknown(name) }
        guard !regimeIDs.contains(spelling) else { return try editions(of: spelling) }
        let id = BuiltInRegimes.documents.first { $0.alias == spelling }?.id
        let own = ownRegimes.first { $0.value.contains { $0.regime.alias == spelling } }?.key
        guard let id = own ?? id else { throw unknown(name) }
        return try editions(of: id).filter { $0.alias == spelling }
    }

    /// The edition of a regime for a request received on a day, in the controller's zone.
    ///
    /// - Throws: ``RuleError`` when no regime is called that, or none of its editions was in force.
    package func regime(_ name: String, receivedOn day: CivilDate) throws(RuleError) -> Regime {
        let editions = try regimes(named: name)
        if let regime = editions.first(where: { $0.effective.contains(day) }) { return regime }
        let ranges = editions.map(\.effective.description).joined(separator: "; ")
        throw RuleError(.notInForce, "\(name) wasn't in force on \(day)", hint: "known of it: \(ranges)")
    }

    /// A clock for a request: its regime's edition, the calendar that regime counts by, and the controller's zone.
    ///
    /// - Parameters:
    ///   - name: the regime.
    ///   - received: when the request reached the controller.
    ///   - zone: the controller's time zone.
    ///   - calendar: counted by instead of the regime's or place's own.
    package func clock(
        for name: String, received: Instant, zone: ZoneRules, calendar: HolidayCalendar? = nil
    ) throws(RuleError) -> DeadlineClock {
        let regime = try self.regime(name, receivedOn: zone.day(of: received))
        guard calendar == nil else { return DeadlineClock(regime: regime, calendar: calendar, zone: zone) }
        return DeadlineClock(regime: regime, calendar: try self.calendar(of: regime, zone: zone.name), zone: zone)
    }

    /// The calendar a regime counts by at a place; nil where it needs none, or none belongs to the place.
    package func calendar(of regime: Regime, zone: String) throws(RuleError) -> HolidayCalendar? {
        switch regime.calendar {
        case .place: try calendars.calendar(zone: zone)
        case .fixed(let id): try calendars.calendar(id)
        case .none: nil
        }
    }

    /// The calendar with that id.
    ///
    /// - Throws: ``RuleError`` when there is none.
    package func calendar(named id: String) throws(RuleError) -> HolidayCalendar { try calendars.calendar(id) }

    // MARK: retention

    /// Every retention statute.
    ///
    /// - Throws: ``RuleError`` when a built-in document can't be read.
    package func statutes() throws(RuleError) -> [RetentionStatute] {
        if let known = statutesRead.withLock({ $0 }) { return known }
        let own = Set(ownStatutes.flatMap(\.countries))
        var documents = ownStatutes
        for document in BuiltInStatutes.documents where !own.contains(document.id) {
            documents.append(try StatuteReader.read(document.file))
        }
        let statutes = documents.flatMap(\.statutesOfEveryCode)
        statutesRead.withLock { $0 = statutes }
        return statutes
    }

    /// A clock over the statutes known.
    package func retentionClock() throws(RuleError) -> RetentionClock { RetentionClock(statutes: try statutes()) }

    /// What all documents hash to, built in and the operator's: another value means that some rule changed.
    package var fingerprint: String {
        let builtIn = (BuiltInRegimes.documents + BuiltInStatutes.documents).map(\.file.text) + calendars.builtInTexts
        var hash = SHA256()
        for text in builtIn + ownTexts { hash.update(data: Array(text.utf8)) }
        return Array(hash.finalize().prefix(8)).hex
    }

    // MARK: looking up

    /// The name as its document writes it; nil when no regime has it.
    private func spelling(of name: String) -> String? {
        let upper = name.uppercased()
        return regimeIDs.first { $0.uppercased() == upper } ?? aliases.first { $0.uppercased() == upper }
    }

    private func unknown(_ name: String) -> RuleError {
        let near = NearNames.near(name, among: regimeIDs + aliases)
        return RuleError(
            .unknown, "no regime is called “\(name)”",
            hint: near.isEmpty
                ? "`habeas regime list` names them"
                : "is it \(near.joined(separator: ", or "))? `habeas regime list` names all")
    }

    private func editions(of id: String) throws(RuleError) -> [Regime] {
        if let known = regimesRead.withLock({ $0[id] }) { return known }
        let own = ownRegimes[id] ?? []
        var editions = own.map(\.regime)
        for document in BuiltInRegimes.documents where document.id == id {
            let builtIn = try RegimeReader.read(document.file)
            if !own.contains(where: { $0.regime.effective == builtIn.effective }) { editions.append(builtIn) }
        }
        editions.sort { ($0.effective.from ?? .distantPast) < ($1.effective.from ?? .distantPast) }
        for (earlier, later) in zip(editions, editions.dropFirst()) where earlier.effective.overlaps(later.effective) {
            throw RuleError(
                .invalid, "two editions of \(id) hold on the same days: \(earlier.effective) and \(later.effective)",
                document: own.first?.file,
                hint: "give “effective” days that don't overlap, or exactly those of the edition to replace")
        }
        let sorted = editions
        regimesRead.withLock { $0[id] = sorted }
        return sorted
    }

    /// A name must not mean two things.
    private func checkAliases() throws(RuleError) {
        let ids = Set(regimeIDs)
        for own in ownRegimes.values.joined() {
            guard let alias = own.regime.alias else { continue }
            let others = ownRegimes.values.joined().filter { $0.regime.alias == alias }
            let isElsewhere = BuiltInRegimes.documents.contains { $0.alias == alias && $0.id != own.regime.id.text }
            if ids.contains(alias) || others.count > 1 || isElsewhere {
                throw RuleError(.invalid, "alias: “\(alias)” names another regime already", document: own.file)
            }
        }
    }
}

extension StatuteDocument {
    /// The statutes under each code of the country.
    fileprivate var statutesOfEveryCode: [RetentionStatute] {
        countries.flatMap { code in statutes.map { $0.of(country: code) } }
    }
}
