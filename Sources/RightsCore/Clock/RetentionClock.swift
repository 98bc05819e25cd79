/// Until when a document must be kept: the longest of the statutes that apply.
package struct RetentionClock: Sendable {
    package let statutes: [RetentionStatute]

    /// A clock over the statutes known.
    package init(statutes: [RetentionStatute]) { self.statutes = statutes }

    /// The last day a document must be kept, and why.
    ///
    /// - Throws: ``RetentionRefusal`` when the country or document is unknown, or a day the law counts from isn't given.
    package func period(of question: RetentionQuestion) throws(RetentionRefusal) -> RetentionPeriod {
        let ofCountry = statutes.filter { $0.country == question.country }
        guard !ofCountry.isEmpty else {
            throw .unknownCountry(question.country, known: Set(statutes.map(\.country)).sorted())
        }
        let applying = ofCountry.filter { statute in
            statute.documents.contains(question.document) && (question.scope ?? statute.scope) == statute.scope
                && statute.effective.contains(question.asOf)
        }
        var steps: [ClockStep] = []
        var longest: RetentionPeriod?
        for statute in applying {
            guard let candidate = try period(under: statute, question, &steps) else { continue }
            if candidate.retainUntil > longest?.retainUntil ?? .distantPast {
                longest = candidate
            }
        }
        guard var longest else {
            throw .noStatute(country: question.country, document: question.document, scope: question.scope)
        }
        longest.steps = steps
        return longest
    }

    /// What one statute says; nil when another one covers the document for longer in any case.
    private func period(
        under statute: RetentionStatute, _ question: RetentionQuestion, _ steps: inout [ClockStep]
    ) throws(RetentionRefusal) -> RetentionPeriod? {
        guard let anchor = try anchor(of: statute, question, &steps) else { return nil }
        let start = statute.anchor.isYearEnd ? anchor.endOfYear : anchor
        if start != anchor {
            steps.append(
                ClockStep(
                    code: .start, text: "the period runs from the end of \(anchor.year)", day: start,
                    citation: statute.citation))
        }
        let until = start.adding(years: statute.years)
        steps.append(
            ClockStep(
                code: .period, text: "\(statute.years) years from \(start) (\(statute.country), \(statute.scope))",
                day: until, citation: statute.citation))
        return RetentionPeriod(
            retainUntil: until, runsFrom: start, citation: statute.citation, years: statute.years,
            scope: statute.scope, evidence: statute.evidence, version: statute.version, notes: statute.notes, steps: [])
    }

    private func anchor(
        of statute: RetentionStatute, _ question: RetentionQuestion, _ steps: inout [ClockStep]
    ) throws(RetentionRefusal) -> CivilDate? {
        let kind = statute.anchor.day
        if kind == .documentDate { return question.documentDate }
        if let day = question.anchors[kind] {
            guard day >= question.documentDate else {
                throw .anchorBeforeDocument(anchor: kind, day: day, documentDate: question.documentDate)
            }
            return day
        }
        switch statute.anchor.missing {
        case .refuse:
            throw .missingAnchor(country: statute.country, anchor: kind, citation: statute.citation)
        case .documentDate(let reason):
            steps.append(
                ClockStep(
                    code: .start, text: "no \(kind.rawValue) is given, so the document's date: \(reason)",
                    day: question.documentDate, citation: statute.citation))
            return question.documentDate
        case .skip(let reason):
            // Asked for this scope alone, no other statute stands in.
            if question.scope != nil {
                throw .missingAnchor(country: statute.country, anchor: kind, citation: statute.citation)
            }
            steps.append(
                ClockStep(
                    code: .uncredited, text: "not computed, as no \(kind.rawValue) is given: \(reason)", day: nil,
                    citation: statute.citation))
            return nil
        }
    }
}

/// How long a document must be kept, under the statute that asks for the longest.
package struct RetentionPeriod: Sendable, Hashable, Codable {
    /// The last day; the day after, it goes.
    package var retainUntil: CivilDate
    package var runsFrom: CivilDate
    package var citation: String
    package var years: Int
    package var scope: String
    package var evidence: Evidence
    package var version: RuleVersion
    package var notes: [String]
    /// How the day came about, over all statutes that apply.
    package var steps: [ClockStep]
}
