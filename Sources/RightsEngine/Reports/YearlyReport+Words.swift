extension YearlyReport {
    /// What the words of the report mean; printed with it, and part of its edition.
    static let allDefinitions: [Definition] = [
        ("received", "requests whose day of receipt in the controller's zone lies in the year, whenever written down"),
        (
            "complied in whole",
            "the copy was ready or the duty done; also when nobody fetched the copy in time, or it is made again"
        ),
        ("complied in part", "some of it was carried out and some failed; it is still being worked on"),
        ("denied", "refused on a ground of the law, by that ground; a refusal taken back on appeal isn't one"),
        ("withdrawn", "taken back by the person"),
        ("unverifiable", "ended because nobody showed in time who they are"),
        ("cancelled", "ended by staff for another reason"),
        ("open", "none of these as the audit log stands; open at year's end: as it stood when the year was over"),
        ("days", "calendar days in the controller's zone from the day of receipt to the day of the first answer"),
        (
            "days without pauses",
            "the same less the days on which a question to the person was open or the request was set aside, "
                + "whatever the law makes of them"
        ),
        ("mean, median, ninetieth", "mean to one decimal; median; the ninetieth percentile by the nearest rank"),
        (
            "answered on time",
            "answered before the end of the law's period in force at the answer, of those that had one; "
                + "by the work day: before the end of the day to have it done by"
        ),
        ("acknowledged on time", "receipt confirmed before the law's end for that, of those confirmed that had one"),
        (
            "extensions",
            "notices that were delivered within the first period and lengthened that of the answer; "
                + "an appeal's aren't counted"
        ),
        (
            "notices failed",
            "notices of these that were mailed and didn't count: refused, come back, or gone out too late; "
                + "not a colleague's attempt that was turned away"
        ),
        ("appeals", "complaints to the controller about the answer, and what was decided"),
        (
            "law",
            "each request counts under every law its clocks run under, so these sections may add up to more than was received"
        ),
    ].map { Definition(term: $0.0, meaning: $0.1) }

    /// The duties of the GDPR that these numbers speak to.
    static func accountability(_ section: Section, questions: Int) -> [Finding] {
        func share(_ share: Share) -> String { "\(share.count) of \(share.of)" }
        return [
            ("Art. 12(3)", "answer within the period", share(section.answeredOnTime)),
            ("Art. 12(3)", "answer by the day to have it done by", share(section.answeredByWorkDay)),
            ("Art. 12(3)", "extend by a notice within the first month", "\(section.extensions)"),
            ("Art. 12(3)", "extensions refused or not delivered in time", "\(section.extensionNoticesFailed)"),
            ("Art. 12(4)", "say why a request is refused, and where to complain", "\(section.denied) refused"),
            ("Art. 12(6)", "ask who it is in case of reasonable doubt", "\(questions) asked"),
            ("Art. 12(6)", "ended because nobody showed who they are", "\(section.unverifiable)"),
            ("Art. 5(2), 24", "still open at the end of the year", "\(section.openAtYearEnd) of \(section.received)"),
        ].map { Finding(provision: $0.0, duty: $0.1, result: $0.2) }
    }
}
