internal import RightsCore

/// Checks on values of bodies and queries, said the same way everywhere.
enum Field {
    /// A text of one line.
    static func text(_ name: String, _ text: String, least: Int = 1, most: Int) throws(Problem) {
        guard (least...most).contains(text.unicodeScalars.count) else {
            throw Problem(.badValue, "\(name) has to have \(least) to \(most) characters")
        }
        guard text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7f }) else {
            throw Problem(.badValue, "\(name) has a control character")
        }
    }

    /// A list of so many texts that pass a check.
    static func list(
        _ name: String, _ texts: [String], most: Int, _ isAllowed: (String) -> Bool, _ shape: String
    ) throws(Problem) {
        guard texts.count <= most else { throw Problem(.badValue, "\(name) has to have at most \(most) entries") }
        guard texts.allSatisfy(isAllowed) else { throw Problem(.badValue, "\(name): an entry \(shape)") }
        guard Set(texts).count == texts.count else { throw Problem(.badValue, "\(name) has an entry twice") }
    }

    /// A name of the data map: `a-z`, digits and `_`.
    static func isMapName(_ text: some StringProtocol) -> Bool {
        (1...60).contains(text.utf8.count)
            && text.utf8.allSatisfy { ($0 >= 0x61 && $0 <= 0x7a) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x5f }
    }

    /// The id of something in the path; nil when it is none, so nothing has it.
    static func id<Owner>(_ text: String) -> ID<Owner>? { ID<Owner>(text) }

    /// A law by its id; whether there are rules for it, the engine knows.
    static func regime(_ text: String) throws(Problem) -> String {
        guard let regime = RegimeID(text) else {
            throw Problem(.badValue, "regime has to be the id of a law such as GDPR or US-VA")
        }
        return regime.text
    }

    /// An instant as RFC 3339 writes it.
    static func instant(_ name: String, _ text: String) throws(Problem) -> Instant {
        guard let instant = Instant(rfc3339: text) else {
            throw Problem(.badValue, "\(name) has to be a time such as 2026-03-01T09:30:00Z")
        }
        return instant
    }

    /// An instant with the offset it was written with; a naive time has none, and nobody guesses it.
    static func stamp(_ name: String, _ text: String) throws(Problem) -> Stamp {
        guard let stamp = Stamp(rfc3339: text) else {
            throw Problem(
                .badValue, "\(name) has to be a time with its offset, such as 2026-03-01T09:30:00+01:00",
                hint: "a time without an offset could be two days")
        }
        return stamp
    }

    /// A day; nil when none is given.
    static func day(_ name: String, _ text: String?) throws(Problem) -> CivilDate? {
        guard let text else { return nil }
        guard let day = CivilDate(text) else {
            throw Problem(.badValue, "\(name) has to be a day such as 2026-03-01")
        }
        return day
    }

    /// Several values of an enum, joined by commas.
    static func values<Value: RawRepresentable<String> & CaseIterable>(
        _ name: String, _ text: String?, as type: Value.Type = Value.self
    ) throws(Problem) -> [Value] {
        guard let text, !text.isEmpty else { return [] }
        var values: [Value] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let value = Value(rawValue: String(part)) else {
                let allowed = Value.allCases.map(\.rawValue).joined(separator: ", ")
                throw Problem(.badValue, "\(name) has a value that isn't allowed", hint: "allowed: \(allowed)")
            }
            values.append(value)
        }
        return values
    }
}
