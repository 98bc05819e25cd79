// What each section of the page says.
extension AccessReportPage {
    func controller() -> String {
        definitions([
            ("Name", report.controller.name), ("Contact", report.controller.contact), ("Service", report.service),
        ])
    }

    func officer() -> String {
        definitions([
            ("Data protection officer", report.controller.dataProtectionOfficer ?? "none named"),
            ("Representative", report.controller.representative ?? "none named"),
        ])
    }

    func confirmation() -> String {
        let found = report.confirmation
        let answer =
            found.isHeld
            ? "Yes: we hold \(found.records) records and \(found.files) files about you in the places below."
            : "No: we looked in every place named below and hold no record about you."
        let held = report.collections.map { collection in
            let bin = collection.softDeletedRecords.flatMap { $0 > 0 ? ", \($0) of them in the bin" : nil } ?? ""
            let files = collection.files > 0 ? "\(collection.files)" : "0"
            return [text(collection.title), "\(collection.records)\(bin)", files]
        }
        let table =
            held.isEmpty ? "" : self.table("Records by place", ["Place", "Records", "Files"], held)
        let empty =
            found.empty.isEmpty
            ? "" : "<p>We looked here too and found nothing about you: \(titles(found.empty)).</p>"
        let notAsked =
            found.notAsked.isEmpty
            ? "" : "<p>Not looked into for this request, and not described below: \(titles(found.notAsked)).</p>"
        return paragraph(answer) + table + empty + notAsked
    }

    func complaint() -> String {
        paragraph("You can complain to \(report.complaint.authority).")
            + paragraph(report.complaint.judicialRemedy ?? "")
    }

    func purposes() -> String {
        table(
            "Purposes", ["Purpose", "Data", "Legal basis"],
            report.purposes.map { purpose in
                [
                    text(purpose.purpose), titles(purpose.collections),
                    text(purpose.legalBases.joined(separator: "; ")),
                ]
            })
    }

    func categories() -> String {
        guard report.law.family == .ccpa else {
            return table(
                "Categories", ["Category", "Found in"],
                report.categories.map { [text($0.category), titles($0.collections)] })
        }
        return report.categories.map { category in
            "<h3>\(text(category.category))</h3>"
                + definitions([
                    ("Collected in", category.collections.map(\.title).joined(separator: ", ")),
                    ("Sources", category.sources.joined(separator: "; ")),
                    ("Purposes of collecting", category.purposes.joined(separator: "; ")),
                    (
                        "Disclosed to",
                        category.disclosures?.isEmpty ?? true
                            ? "nobody that our records name"
                            : category.disclosures?.map(Self.recipient).joined(separator: "; ")
                    ),
                ])
        }.joined()
    }

    func recipients() -> String {
        guard !report.recipients.recipients.isEmpty else {
            return paragraph(
                report.recipients.isStated ? "Nobody received these data from us." : "Our records name no recipient.")
        }
        return report.recipients.recipients.map { recipient in
            "<h3>\(text(recipient.name))</h3>"
                + definitions([
                    ("Role", recipient.role), ("Category", recipient.category),
                    ("Country", CountryNames.name(recipient.country)),
                    ("What they do with the data", recipient.purpose),
                    ("What they received", recipient.collections.map(\.title).joined(separator: ", ")),
                    ("Categories of data", recipient.categories.joined(separator: ", ")),
                ])
        }.joined()
    }

    func transfers() -> String {
        let transfers = report.transfers ?? []
        guard !transfers.isEmpty else {
            return report.recipients.isStated ? paragraph("None of the recipients is in another country.") : ""
        }
        return table(
            "Transfers", ["Recipient", "Country", "Safeguard"],
            transfers.map {
                [text($0.recipient), text(CountryNames.name($0.country)), text($0.safeguard ?? "none stated")]
            })
    }

    /// Data of one rule stand together.
    func retention() -> String {
        let rules = report.retention.map(Self.rule).withoutRepeats
        return table(
            "Retention", ["Data", "How long", "Rule"],
            rules.map { rule in
                let data = report.retention.filter { Self.rule($0) == rule }.map { line in
                    "\(text(line.collection.title))<br><small>\(text(line.categories.joined(separator: ", ")))</small>"
                }
                return [data.joined(separator: "<br>")] + rule.map(text)
            }) + keptAfterErasure()
    }

    private static func rule(_ line: AccessReport.RetentionStatement) -> [String] {
        [line.period ?? line.criteria ?? "not stated", line.rule ?? "not stated"]
    }

    private func keptAfterErasure() -> String {
        let kept = report.retention.compactMap { line in line.keptAfterErasure.map { (line, $0) } }
        guard !kept.isEmpty else { return "" }
        return "<h3>What is kept when you have the rest erased</h3>"
            + table(
                "Kept after erasure", ["Data", "Fields", "Ground"],
                kept.map { line, kept in
                    let ground = [kept.reason, line.rule].compactMap { $0 }.joined(separator: ": ")
                    return [text(line.collection.title), fieldNames(kept.fields), text(ground)]
                })
    }

    func sources() -> String {
        table(
            "Sources", ["Source", "Data"], report.sources.map { [text($0.source), places($0.places)] })
    }

    func rights() -> String {
        report.rights.map { right in
            let scope = right.places.map { "<p>It applies to: \(places($0)).</p>" } ?? ""
            return
                "<h3>\(text(right.right))</h3><p>\(text(right.explanation)) <small>\(text(right.citation))</small></p>"
                + scope
        }.joined() + "<p>Write to \(text(report.controller.contact)).</p>"
    }

    func decisions() -> String {
        let decisions = report.automatedDecisions
        guard !decisions.decisions.isEmpty else {
            return decisions.isStated
                ? paragraph(
                    "None. No decision with legal or similarly significant effect is made about you by automated means alone."
                ) : ""
        }
        return decisions.decisions.map { decision in
            "<h3>\(text(decision.name))</h3>"
                + definitions([
                    ("How it is made", decision.logic), ("What it means", decision.significance),
                    ("What follows", decision.consequences),
                    ("Made from", decision.collections.map(\.title).joined(separator: ", ")),
                ])
        }.joined()
    }

    static func origin(_ origin: String) -> String {
        switch origin {
        case "provided": "given"
        case "third_party": "from others"
        default: origin
        }
    }

    private static func recipient(_ disclosure: AccessReport.Disclosure) -> String {
        "\(disclosure.recipient) (\(disclosure.recipientCategory ?? "category not stated"))"
    }
}
