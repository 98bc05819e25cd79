internal import RightsCore
internal import Erasing

/// A plan of an erasure as the terminal shows it: what speaks against it first, its digest last.
enum ErasurePlanPage {
    /// The plan, with facts on where it stands between its head and what it does.
    ///
    /// - Parameter digest: SHA-256 of the canonical bytes, in hexadecimal.
    static func text(_ plan: ErasurePlan, digest: String, standing: Facts = Facts(), on screen: Screen = .current)
        -> String
    {
        var parts = [head(plan)]
        let standing = standing.text(on: screen)
        if !standing.isEmpty { parts.append(standing) }
        if !plan.conflicts.isEmpty {
            parts.append(
                (["CONFLICTS: it can't be carried out like this"] + plan.conflicts.map { "  ! \($0)" })
                    .joined(separator: "\n"))
        }
        parts.append(table(plan).text(on: screen))
        parts.append(contentsOf: lists(plan))
        parts.append(execution(plan).text(on: screen))
        parts.append(contentsOf: plan.warnings.isEmpty ? [] : [list("Before you approve", plan.warnings)])
        parts.append("digest  \(digest)")
        return parts.joined(separator: "\n\n")
    }

    private static func head(_ plan: ErasurePlan) -> String {
        let whom = plan.kind.map { "a person (\($0))" } ?? "one record of \(plan.scope)"
        return "Erasure of \(whom), \(plan.service), \(plan.regime), counted at \(LocalTime.text(plan.countedAt))"
    }

    /// What happens to each collection; columns that would hold nothing but zeros aren't shown.
    private static func table(_ plan: ErasurePlan) -> Table {
        var columns = [
            Table.Column(title: "Collection"), Table.Column(title: "Outcome"),
            Table.Column(title: "Rows", isNumber: true),
        ]
        var values: [(ErasurePlan.CollectionLine) -> String] = [\.name, \.outcome, { "\($0.rows)" }]
        func add(_ title: String, rank: Int, _ number: @escaping (ErasurePlan.CollectionLine) -> Int) {
            guard plan.collections.contains(where: { number($0) > 0 }) else { return }
            columns.append(Table.Column(title: title, rank: rank, isNumber: true))
            values.append { "\(number($0))" }
        }
        add("Shared, stay", rank: 1) { $0.staying }
        add("Held", rank: 1) { $0.held }
        add("Emptied", rank: 2) { $0.hollow }
        add("Files", rank: 2) { $0.files }
        columns.append(Table.Column(title: "Whose", rank: 3))
        values.append(\.ownership)
        return Table(columns: columns, rows: plan.collections.map { line in values.map { $0(line) } })
    }

    private static func lists(_ plan: ErasurePlan) -> [String] {
        let retained = plan.retained.map { line in
            "\(Terminal.count(line.documents, line.document)) of \(line.collection) until \(line.until), "
                + "\(line.statute) (\(line.citation)): \(line.fields.joined(separator: ", "))"
        }
        let kept = plan.collections.compactMap { line in line.reason.map { "\(line.name): \($0)" } }
        let replaced = plan.collections.filter { !$0.replaced.isEmpty }.map {
            "\($0.name): \($0.replaced.joined(separator: ", "))"
        }
        let held = plan.holds.map {
            "\($0.matter) keeps \($0.collections.isEmpty ? "everything" : $0.collections.joined(separator: ", "))"
        }
        let effects = plan.sideEffects.map {
            "\($0.table)(\($0.columns.joined(separator: ", "))) becomes null in \(Terminal.count($0.rows, "row")), by the "
                + "foreign key \($0.constraint)"
        }
        let told = plan.recipients.map { line in
            "\(line.name), \(line.role)"
                + (line.collections.isEmpty ? "" : ": \(line.collections.joined(separator: ", "))")
        }
        return [
            ("Legal holds", held), ("Kept because a statute says so", retained), ("Rows that stay, and why", kept),
            ("Replaced where rows stay", replaced), ("Changed by the database itself", effects), ("Will be told", told),
        ].filter { !$0.1.isEmpty }.map { list($0.0, $0.1) }
    }

    private static func list(_ title: String, _ lines: [String]) -> String {
        ([title] + lines.map { "  \($0)" }).joined(separator: "\n")
    }

    private static func execution(_ plan: ErasurePlan) -> Facts {
        var facts = Facts()
        facts.add(
            "order",
            plan.order.map { $0.count == 1 ? $0[0] : "(\($0.joined(separator: " + ")))" }.joined(separator: ", "))
        facts.add(
            "carried out",
            "\(plan.execution.regime == "batches" ? "in paced batches" : "in one transaction"), "
                + "\(Terminal.count(plan.execution.rows, "row")), about \(duration(plan.execution.estimatedMilliseconds))"
        )
        facts.add("locks rows of", plan.execution.locks.joined(separator: ", "))
        facts.add(
            "backups",
            plan.backups.map { lines in
                lines.isEmpty
                    ? "none holds it"
                    : lines.map { "\($0.name) until \($0.until?.description ?? "nobody knows when")" }.joined(
                        separator: ", ")
            } ?? "not described yet")
        return facts
    }

    private static func duration(_ milliseconds: Int) -> String {
        switch milliseconds {
        case ..<1000: "\(milliseconds) ms"
        case ..<120_000: "\((milliseconds + 500) / 1000) s"
        default: "\((milliseconds + 30_000) / 60_000) min"
        }
    }
}
