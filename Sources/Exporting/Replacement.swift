internal import DataMap
internal import RightsCore

/// What stands in place of a value under some law, and why.
struct Replacement {
    /// What is written instead of the value.
    let mark: String
    /// Why, with the ground.
    let reason: String

    /// How a field is replaced; nil when its value is exported. A law's own prohibition goes before the map's redaction,
    /// because it wants the value described.
    init?(of field: Field, right: Right, regime: RegimeID) {
        if let kept = field.neverDisclosed, let citation = ReportLaw.of(regime).neverDisclosed {
            mark = "[withheld: \(kept.words); \(citation)]"
            reason = "\(kept.words): the law wants it described and forbids to hand it out (\(citation))"
        } else if let redaction = field.redaction, redaction.applies(right: right, regime: regime) {
            mark = "[redacted]"
            reason = redaction.reason
        } else {
            return nil
        }
    }

    /// Names of files and folders in the archive are made from a row's identity and from the files' names: a value that
    /// mustn't be disclosed can't be among them.
    static func refuseNames(
        _ files: [FileReference], of collection: Collection, _ table: CatalogueTable, regime: RegimeID
    ) throws(ExportError) {
        guard !files.isEmpty, let citation = ReportLaw.of(regime).neverDisclosed else { return }
        let named = table.identity + files.compactMap(\.name)
        for column in named where collection.field(column)?.neverDisclosed != nil {
            throw ExportError(
                .undisclosableName,
                "the files of \(collection.name) are named after \(table.name).\(column), which \(citation) forbids to "
                    + "disclose",
                hint: "name the files by another column, or give the table another unique key")
        }
    }
}
