extension MapProposal {
    /// The map as YAML, each guess and each open question marked at the end of its line.
    package var text: String {
        var lines = MapLines()
        lines.comment(head)
        writeHead(&lines)
        writeSubjects(&lines)
        lines.blank()
        lines.line(0, "collections:")
        for collection in collections { write(collection, &lines) }
        writeRest(&lines)
        return lines.text
    }

    private var head: [String] {
        [
            "A first data map, proposed by `habeas map init` from the database's catalogue. Not one row was read.",
            "A comment that begins with “guess:” marks a value that may be wrong, and says why it stands there.",
            "A comment that begins with “decide:” marks what only a person can know; the value is a placeholder.",
            "1. Read each marked line, correct the value where it is wrong, and delete the comment.",
            "2. Decide about the tables at the end of the file: describe them, or name them under not_included.",
            "3. `habeas map check` compares the map with the database and lists the marks that are left.",
            "4. `habeas init` makes the two database roles; `habeas export email:… -o a.zip` makes an archive.",
            "Values without a mark follow from keys, types and policies. Lines with “about … rows” are for you only.",
            "Rows may stand inside others: in place of `paths`, for example,",
            "inside: { collection: orders, as: lines, by: \"order_id -> shop.orders(id)\" }. Format: docs/data-map.md.",
        ]
    }

    private func writeHead(_ lines: inout MapLines) {
        lines.line(0, "habeas_map: 1")
        lines.line(0, "service: \(YAMLText.scalar(service))", .guess("the database's name"))
        lines.line(0, "controller:")
        lines.line(
            1, "name: \(DataMap.placeholder)", .decide("who answers for these data? Name and seat (GDPR Art. 4(7))"))
        lines.line(1, "contact: \(DataMap.placeholder)", .decide("how do people reach them? Printed in each archive"))
        lines.line(
            1, "complaint_authority: \(DataMap.placeholder)",
            .decide("which authority takes complaints (GDPR Art. 77)?"))
        lines.line(0, "default_regime: GDPR", .guess("the law to apply when a request names none"))
        lines.line(
            0, "schemas: \(YAMLText.list(schemas.map { YAMLText.scalar($0.text) }))",
            areSchemasChosen ? nil : .guess("every schema with tables"))
        lines.line(0, "row_security: \(rowSecurity.demand.rawValue)", .guess(rowSecurity.why))
    }

    private func writeSubjects(_ lines: inout MapLines) {
        lines.blank()
        lines.line(0, "subjects:")
        for (index, subject) in subjects.enumerated() {
            lines.line(1, "\(YAMLText.scalar(subject.name)):")
            let another = index == 0 ? "" : "another kind of person: "
            lines.line(
                2, "table: \(YAMLText.scalar(subject.table.written))", subject.reason.map { .guess(another + $0) })
            let key = subject.key.map { YAMLText.scalar($0.text) }
            lines.line(2, "key: \(key.count == 1 ? key[0] : YAMLText.list(key))", subject.keyMark)
            if !subject.identifiers.isEmpty {
                let pairs = subject.identifiers.map {
                    "\(YAMLText.scalar($0.name)): \(YAMLText.scalar($0.column.text))"
                }
                lines.line(
                    2, "identifiers: { \(pairs.joined(separator: ", ")) }",
                    .guess(
                        subject.areUnique
                            ? "unique columns by their names"
                            : "by name; not unique, one that fits several people is refused"))
            }
            lines.line(2, "row_security: \(subject.rowSecurity.value)", subject.rowSecurity.mark)
        }
    }

    private func write(_ collection: CollectionProposal, _ lines: inout MapLines) {
        lines.blank()
        lines.comment([facts(collection)], level: 1)
        lines.line(1, "\(YAMLText.scalar(collection.name)):")
        lines.line(2, "title: \(YAMLText.scalar(collection.title))", .guess("the table's name"))
        lines.line(2, "table: \(YAMLText.scalar(collection.table.written))")
        lines.line(2, "category: \(YAMLText.scalar(collection.category))", .guess("the table's name"))
        lines.line(2, "purpose: \(DataMap.placeholder)", .decide("what are these data used for (GDPR Art. 15(1)(a))?"))
        lines.line(2, "origin: \(collection.origin.rawValue)", .guess(origin(collection.origin)))
        lines.line(
            2, "legal_basis: contract", .guess("or consent, legal obligation, legitimate interest (GDPR Art. 6)?"))
        lines.line(2, "paths: \(YAMLText.list(collection.paths))", collection.pathsMark)
        if let order = collection.order {
            lines.line(2, "order: [\(YAMLText.scalar(order.text))]", .guess("its name and type"))
        }
        if let column = collection.softDelete {
            lines.line(2, "soft_delete: \(YAMLText.scalar(column.text))", .guess("its name and type"))
        }
        lines.line(2, "fields:")
        for field in collection.fields {
            lines.line(3, "\(YAMLText.scalar(field.column.text)): \(field.value)", field.mark)
        }
        for key in collection.fileKeys {
            let note =
                "does \(key.written) point to files? Then, with the store's name from the settings, files: [{ store: objects, "
                + "key: \(YAMLText.scalar(key.text)) }]"
            lines.comment([MapMark.Note.decide(note).text], level: 2)
        }
        lines.line(2, "erasure: \(collection.erasure.value)", collection.erasure.mark)
    }

    /// For colleagues: how many rows, and what they wrote about the table.
    private func facts(_ collection: CollectionProposal) -> String {
        let rows =
            collection.estimatedRows < 0
            ? "rows not estimated yet" : "about \(Numerals.grouped(collection.estimatedRows)) rows"
        let comment = collection.comment.map { YAMLText.comment($0) } ?? ""
        return comment.isEmpty ? rows : "\(rows); “\(comment)”"
    }

    private func origin(_ origin: Origin) -> String {
        origin == .observed
            ? "the table's name: people's use of the product leaves it" : "unless others or machines give it"
    }

    private func writeRest(_ lines: inout MapLines) {
        if !excluded.isEmpty {
            lines.blank()
            lines.line(0, "not_included:")
            for table in excluded {
                let name = YAMLText.scalar(table.table.written)
                lines.line(
                    1, "- { table: \(name), reason: \(YAMLText.quotedAlways(table.reason)) }",
                    .guess("no way to a person, and nothing in it looks personal"))
            }
        }
        guard !undecided.isEmpty else { return }
        lines.blank()
        lines.comment(["These tables are neither described nor left out, so `habeas map check` fails until they are:"])
        for table in undecided {
            lines.comment([MapMark.Note.decide("\(table.table.written): \(table.reason)").text])
        }
    }
}

/// Lines of YAML with their marks.
private struct MapLines {
    private(set) var text = ""

    mutating func line(_ level: Int, _ content: String, _ mark: MapMark.Note? = nil) {
        text += String(repeating: "  ", count: level)
        text += content
        if let mark {
            text += "  # "
            text += mark.text
        }
        text += "\n"
    }

    mutating func comment(_ lines: [String], level: Int = 0) {
        for line in lines { text += "\(String(repeating: "  ", count: level))# \(YAMLText.comment(line))\n" }
    }

    mutating func blank() { text += "\n" }
}
