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
    /// - Throws: `ErasureError.Code.conflict` when the statute is no ground under the law, unknown, or can't be computed.
    func kept(_ record: StatutoryRecord, _ kind: String, days: [CivilDate]) throws(ErasureError) -> [Kept] {
        guard RetentionGround.counts(country: record.country, under: regime) else {
            throw ErasureError(
                .conflict,
                "\(record.statute) is no ground to keep anything under \(regime): it takes a law of the Union, of a Member "
                    + "State, or of the country itself",
                hint: "name a statute that binds you under this law, or let the rows be deleted")
        }
        var kept: [Kept] = []
        for day in days {
            let question = RetentionQuestion(
                country: record.country, document: kind, scope: nil, documentDate: day, anchors: [:], asOf: today)
            let period: RetentionPeriod
            do { period = try clock.period(of: question) } catch {
                throw ErasureError(
                    .conflict, "until when \(record.statute) keeps documents can't be computed: \(error)",
                    hint: "`habeas retention compute` shows what the statutes know")
            }
            guard period.retainUntil >= today else { continue }
            kept.append(
                Kept(
                    day: day, citation: period.citation, runsFrom: period.runsFrom, retainUntil: period.retainUntil,
                    version: "\(period.version)"))
        }
        return kept
    }

    /// The days with what the law says, as the statement that keeps the fields takes them.
    static func json(_ kept: [Kept]) throws -> String {
        String(decoding: try JSONEncoder().encode(kept), as: UTF8.self)
    }
}
