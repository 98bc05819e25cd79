// What the page says of the copy itself: what is in it, what isn't, what it means; and the CCPA's own sections.
extension AccessReportPage {
    func copy() -> String {
        paragraph("The data themselves, one file for each place, as they stand in our database.")
            + list(
                report.collections.map { collection in
                    // What lies in another part can't be opened from here.
                    let isInParts = collection.foundIn.contains { $0.hasPrefix("part ") }
                    let link = { (path: String) in
                        isInParts ? text(path) : "<a href=\"\(text(path))\">\(text(path))</a>"
                    }
                    let links = collection.foundIn.map(link)
                    let nested = collection.nestedAs.map { ", there as <code>\(text($0))</code>" } ?? ""
                    let folder = "data/files/\(collection.name)/"
                    let files = collection.files > 0 ? ["files in \(link(folder))"] : []
                    return "\(text(collection.title)): \((links + files).joined(separator: ", "))\(nested)"
                }, none: "There is nothing to copy.")
    }

    func withheld() -> String {
        let withheld = report.withheld
        let parts = [
            ("Left out", withheld.notIncluded.map(omission)), ("Replaced by a mark", withheld.redacted.map(omission)),
            ("Kept although erasure was asked for", withheld.retained.map(omission)),
            ("Files that are not whole", withheld.missing.map { text($0.statement) }),
        ].filter { !$0.1.isEmpty }
        guard !parts.isEmpty else { return paragraph("Nothing was left out or replaced.") }
        return parts.map { "<h3>\($0.0)</h3>" + list($0.1, none: "") }.joined()
    }

    private func omission(_ omission: AccessReport.Omission) -> String {
        "<code>\(text(omission.what))</code> — \(text(omission.reason))"
    }

    func meanings() -> String {
        report.collections.map { collection in
            "<h3>\(text(collection.title))</h3>"
                + table(
                    "Fields of \(text(collection.title))", ["Field", "Category", "Meaning"],
                    collection.fields.map {
                        ["<code>\(text($0.name))</code>", text($0.category), text(meaning(of: $0))]
                    })
        }.joined()
    }

    private func meaning(of field: AccessReport.FieldStatement) -> String {
        let treatment: String? =
            switch field.treatment {
            case .included: nil
            case .replaced: "replaced by a mark"
            case .leftOut: "not in the copy"
            }
        let parts = [
            field.description, field.values.map { "one of: \($0.joined(separator: ", "))" },
            field.isAboutOthers ? "about somebody else" : nil, Self.origin(field.origin), treatment,
        ]
        return parts.compactMap { $0 }.joined(separator: "; ")
    }

    // MARK: the CCPA's own

    func inferences() -> String {
        list((report.inferences ?? []).map(place), none: "Nothing that we hold about you was inferred.")
    }

    func soldOrShared() -> String {
        let rows = report.categories.flatMap { category in
            (category.disclosures ?? []).filter { $0.isSold == true || $0.isShared == true }.map { disclosure in
                [
                    text(category.category), disclosure.isSold == true ? "sold" : "shared",
                    text(disclosure.recipientCategory ?? "category not stated"), text(disclosure.recipient),
                ]
            }
        }
        guard rows.isEmpty else {
            return table("Sold or shared", ["Category of data", "How", "Category of third party", "Name"], rows)
        }
        guard report.recipients.isStated else { return "" }
        let isClear = report.recipients.recipients.allSatisfy { $0.isSold == false && $0.isShared == false }
        return isClear
            ? paragraph("We have not sold any category of your personal information, nor shared any for advertising.")
            : paragraph("Our records show no category of your personal information as sold or shared.")
    }

    func businessDisclosures() -> String {
        let rows = report.categories.flatMap { category in
            (category.disclosures ?? []).filter { $0.businessPurpose != nil }.map { disclosure in
                [
                    text(category.category), text(disclosure.recipientCategory ?? "category not stated"),
                    text(disclosure.recipient), text(disclosure.businessPurpose ?? ""),
                ]
            }
        }
        guard rows.isEmpty else {
            return table(
                "Disclosed for a business purpose",
                ["Category of data", "Category of recipient", "Name", "Business purpose"], rows)
        }
        return report.recipients.isStated
            ? paragraph("We have not disclosed any category of your personal information for a business purpose.") : ""
    }

    func neverDisclosed() -> String {
        let statements = report.neverDisclosed ?? []
        guard !statements.isEmpty else {
            return paragraph("Our records mark no field as one that holds such values.")
        }
        return paragraph(
            "We hold the following about you, wherever there is a value. The law forbids to hand the values out and wants "
                + "them described instead.")
            + list(
                statements.map {
                    "\(text($0.description)): \(text($0.collection.title)), <code>\(text($0.field))</code> "
                        + "<small>\(text($0.citation))</small>"
                }, none: "")
    }
}
