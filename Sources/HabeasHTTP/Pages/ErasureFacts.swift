internal import Notifying
internal import RequestLedger
internal import RightsCore
internal import RightsEngine

/// What a request's page shows of an erasure that was carried out.
struct ErasureFacts {
    private let erasure: PersonErasure
    private let visit: PageVisit
    private var texts: PageTexts { visit.texts }

    init(_ erasure: PersonErasure, _ visit: PageVisit) {
        self.erasure = erasure
        self.visit = visit
    }

    /// Headings with lines of text and time.
    var sections: [[String: Any]] {
        var sections: [[String: Any]] = [
            ["label": texts["erasure_done_at"], "lines": [["text": numbers, "time": visit.moment(erasure.erasedAt)]]]
        ]
        if !erasure.kept.isEmpty { sections.append(section("erasure_kept", erasure.kept.map(line))) }
        if erasure.isHeld { sections.append(section("erasure_held", [texts["erasure_held_text"]])) }
        sections.append(section("erasure_backups", [texts["erasure_backups_text"]]))
        sections.append(
            section(
                "erasure_recipients",
                erasure.recipients.isEmpty ? [texts["erasure_recipients_none"]] : erasure.recipients.map(line)))
        sections.append(section("erasure_objection", [texts["erasure_objection_text"]]))
        return sections
    }

    private var numbers: String {
        texts("erasure_numbers", ["rows": String(erasure.rows), "files": String(erasure.files)])
    }

    private func line(_ kept: PersonErasure.Kept) -> String {
        texts(
            "erasure_kept_text",
            [
                "documents": String(kept.documents), "law": kept.citation,
                "day": ReaderTime.text(kept.until, in: texts.language),
            ])
    }

    private func line(_ recipient: PersonErasure.Recipient) -> String {
        "\(recipient.name): \(texts["recipient_\(recipient.state.rawValue)"])"
    }

    private func section(_ key: String, _ lines: [String]) -> [String: Any] {
        ["label": texts[key], "lines": lines.map { ["text": $0] }]
    }
}
