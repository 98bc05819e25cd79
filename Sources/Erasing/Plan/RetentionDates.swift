internal import DataMap
internal import FoundationEssentials
internal import RightsCore

/// Until when documents must be kept, by the day they were issued.
struct RetentionDates {
    let clock: RetentionClock
    let regime: RegimeID
    /// The day the law of which is applied.
    let today: CivilDate

    /// What the law says of documents of one day.
    struct Kept: Codable {
        let day: CivilDate
        let citation: String
        let runsFrom: CivilDate
        let retainUntil: CivilDate
        let version: String

        /// The columns of the statement that takes them.
        private enum CodingKeys: String, CodingKey {
            case day, citation, version
            case runsFrom = "runs_from"
            case retainUntil = "retain_until"
        }
    }

    /// What is kept of documents of those days; days whose period is over aren't among them.
    ///
    /// - Returns: what is kept, and why that can't be said, if it can't: the statute is no ground under the law, unknown, or
    ///   counts from a day that the map doesn't give.
    func kept(_ record: StatutoryRecord, _ kind: String, days: [CivilDate]) -> (kept: [Kept], conflict: String?) {
        guard !days.isEmpty else { return ([], nil) }
        guard RetentionGround.counts(country: record.country, under: regime) else {
            return (
                [],
                "\(record.statute) is no ground to keep anything under \(regime): it takes a law of the Union, of a Member "
                    + "State, or of the country itself; name a statute that binds you under this law, or let the rows be "
                    + "deleted"
            )
        }
        var kept: [Kept] = []
        for day in days {
            let question = RetentionQuestion(
                country: record.country, document: kind, scope: nil, documentDate: day,
                anchors: record.anchors.days(for: day), asOf: today)
            let period: RetentionPeriod
            do { period = try clock.period(of: question) } catch {
                return (
                    [], "until when \(record.statute) keeps documents can't be computed: \(error)\(Self.mend(error))"
                )
            }
            guard period.retainUntil >= today else { continue }
            kept.append(
                Kept(
                    day: day, citation: period.citation, runsFrom: period.runsFrom, retainUntil: period.retainUntil,
                    version: "\(period.version)"))
        }
        return (kept, nil)
    }

    private static func mend(_ refusal: RetentionRefusal) -> String {
        switch refusal {
        case .missingAnchor(_, let anchor, _):
            "; add `\(AnchorRules.example(of: anchor))`, with your own days, to what the map says of its erasure"
        case .unknownCountry, .noStatute, .anchorBeforeDocument:
            "; `habeas retention compute` shows what the statutes know"
        }
    }

    /// The days with what the law says, as the statement that keeps the fields takes them.
    static func json(_ kept: [Kept]) throws -> String {
        String(decoding: try JSONEncoder().encode(kept), as: UTF8.self)
    }
}
