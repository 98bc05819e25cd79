internal import RequestLedger
internal import RightsCore
internal import RightsEngine

/// What has happened to a request, for its person to keep.
struct RequestReceipt {
    private let view: PersonView
    private let visit: PageVisit
    private var texts: PageTexts { visit.texts }

    init(_ view: PersonView, _ visit: PageVisit) {
        self.view = view
        self.visit = visit
    }

    /// Headings with lines of text and time.
    var sections: [[String: Any]] {
        var sections = [
            section("receipt_asked", [line(texts["receipt_channel_\(view.request.channel.rawValue)"], asked)]),
            section("receipt_identity", identity, orElse: "receipt_identity_none"),
        ]
        if let confirmedAt = view.request.confirmedAt {
            sections.append(section("receipt_confirmed", [line(texts["receipt_confirmed_by"], confirmedAt)]))
        }
        sections.append(section("receipt_mails", mails, orElse: "receipt_mails_none"))
        if view.request.right != .erasure {
            sections.append(section("receipt_downloads", downloads, orElse: "receipt_downloads_none"))
        }
        return sections
    }

    private var asked: Instant { view.request.receivedAt }

    private var identity: [[String: Any]] {
        view.verifications.map { proof in
            let method = texts[methodKey(proof.method)]
            return line(proof.isAccepted ? method : texts("method_refused", ["method": method]), proof.at)
        }
    }

    private func methodKey(_ method: String) -> String {
        switch method {
        case "mailed-code": "method_mailed_code"
        case "product-session": "method_product_session"
        case "vouched": "method_vouched"
        default: "method_other"
        }
    }

    private var mails: [[String: Any]] {
        view.notices.filter { $0.recipient != .operators }.sorted { $0.madeAt < $1.madeAt }.map { notice in
            let key = "mail_\(notice.kind.replacing("-", with: "_"))"
            let mail = texts.words[key] ?? texts["mail_other"]
            return line(
                texts("mail_state_\(notice.state.rawValue)", ["mail": mail]), notice.handedOverAt ?? notice.madeAt)
        }
    }

    private var downloads: [[String: Any]] {
        view.receipts.map { receipt in
            let key = receipt.completedAt == nil ? "download_incomplete" : "download_complete"
            let size = visit.size(UInt64(max(0, receipt.sent)))
            return line(texts(key, ["part": String(receipt.part), "size": size]), receipt.lastAt)
        }
    }

    private func section(
        _ key: String, _ lines: [[String: Any]], orElse empty: String? = nil
    ) -> [String: Any] {
        let nothing = empty.map { [["text": texts[$0]] as [String: Any]] } ?? []
        return ["label": texts[key], "lines": lines.isEmpty ? nothing : lines]
    }

    private func line(_ text: String, _ instant: Instant) -> [String: Any] {
        ["text": text, "time": visit.moment(instant)]
    }
}
