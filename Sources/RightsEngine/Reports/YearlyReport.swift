/// What became of the requests of a year, computed from the audit chain alone.
package struct YearlyReport: Codable, Sendable, Hashable {
    /// The edition of the definitions.
    package static let currentEdition = 1

    package var edition = YearlyReport.currentEdition
    package let year: Int
    /// Only requests under this law; nil for all.
    package let regime: String?
    /// The controller's zone: days are its days.
    package let zone: String
    package var generatedAt: String
    /// The last entry that the numbers rest on; nil when there is none.
    package let through: Through?
    package let total: Section
    package let byRight: [Section]
    package let byRegime: [Section]
    /// 11 CCR §7102(a)(1), for requests under the CCPA.
    package let california: [CaliforniaRow]
    /// For the file of GDPR Art. 5(2) and 24, over the requests under EU and UK law.
    package let accountability: [Finding]
    package let definitions: [Definition]

    /// Where the chain stood.
    package struct Through: Codable, Sendable, Hashable {
        package let seq: Int
        package let at: String
        package let hash: String
    }

    /// The numbers of one group of requests.
    package struct Section: Codable, Sendable, Hashable {
        package let name: String
        package let received: Int
        package let compliedInWhole: Int
        package let compliedInPart: Int
        package let denied: Int
        package let deniedBy: [Ground]
        package let withdrawn: Int
        package let unverifiable: Int
        package let cancelled: Int
        package let open: Int
        package let openAtYearEnd: Int
        package let days: Days
        package let daysWithoutPauses: Days
        package let answeredOnTime: Share
        package let answeredByWorkDay: Share
        package let acknowledgedOnTime: Share
        package let extensions: Int
        package let extensionNoticesFailed: Int
        package let appeals: Int
        package let appealsGranted: Int
        package let appealsDenied: Int
    }

    /// How often a ground was given.
    package struct Ground: Codable, Sendable, Hashable {
        package let ground: String
        package let count: Int
    }

    /// Days from receipt to answer. Nothing but the count when nothing was answered.
    package struct Days: Codable, Sendable, Hashable {
        package let count: Int
        package let mean: Double?
        package let median: Double?
        package let ninetieth: Int?

        /// The numbers of a list: the mean to one decimal, the ninetieth percentile by the nearest rank.
        package init(_ days: [Int]) {
            let days = days.sorted()
            count = days.count
            guard !days.isEmpty else {
                (mean, median, ninetieth) = (nil, nil, nil)
                return
            }
            mean = (Double(days.reduce(0, +)) / Double(count) * 10).rounded() / 10
            median = Double(days[(count - 1) / 2] + days[count / 2]) / 2
            ninetieth = days[(count * 9 + 9) / 10 - 1]
        }
    }

    /// So many of so many.
    package struct Share: Codable, Sendable, Hashable {
        package let count: Int
        package let of: Int
    }

    /// A row of the table that 11 CCR §7102 asks for.
    package struct CaliforniaRow: Codable, Sendable, Hashable {
        package let kind: String
        /// Whether this program handles that kind; others are counted elsewhere, and 0 here says nothing.
        package let isHandled: Bool
        package let received: Int
        package let compliedInWhole: Int
        package let compliedInPart: Int
        package let denied: Int
        package let meanDays: Double?
        package let medianDays: Double?
    }

    /// A duty, and the numbers that show how it was met.
    package struct Finding: Codable, Sendable, Hashable {
        package let provision: String
        package let duty: String
        package let result: String
    }

    /// What a word of the report means.
    package struct Definition: Codable, Sendable, Hashable {
        package let term: String
        package let meaning: String
    }
}
