internal import DataMap
internal import RightsCore

/// What the controller's map leaves open though a law asks for it: said in the report, never passed over.
struct ReportGaps {
    private let builder: ReportBuilder

    init(_ builder: ReportBuilder) { self.builder = builder }

    /// The gaps in one statement, each a sentence.
    func gaps(of item: ReportItem) -> [String] {
        switch item {
        case .officer: officer()
        case .complaint: complaint()
        case .recipients: recipients()
        case .transfers: transfers()
        case .retention: retention()
        case .sources: sources()
        case .rights: rights()
        case .automatedDecisions: decisions()
        case .controller: undecided([map.controller.name, map.controller.contact], "who answers for the data")
        case .purposes: undecided(map.collections.map(\.purpose), "what some of the data are used for")
        case .soldOrShared: soldOrShared()
        case .businessDisclosures: businessDisclosures()
        case .confirmation, .categories, .copy, .inferences, .lookBack, .neverDisclosed,
            .withheld, .meanings:
            []
        }
    }

    private var map: DataMap { builder.map }

    /// What `map init` left for somebody to say.
    private func undecided(_ texts: [String], _ what: String) -> [String] {
        texts.contains(DataMap.placeholder) ? ["The controller's map doesn't say yet \(what)."] : []
    }

    private func officer() -> [String] {
        map.controller.dataProtectionOfficer == nil
            ? ["The controller's map names no data protection officer; one need not exist in every case."] : []
    }

    private func complaint() -> [String] {
        guard builder.regime != map.defaultRegime, map.controller.complaintAuthorities[builder.regime] == nil else {
            return []
        }
        return [
            "The controller's map names no authority for \(builder.regime); the one above is that of \(map.defaultRegime)."
        ]
    }

    private func recipients() -> [String] {
        guard map.statesRecipients else {
            return ["The controller's map doesn't say who received data, nor that nobody did."]
        }
        return builder.recipients.flatMap { recipient in
            [
                recipient.collections.isEmpty
                    ? "The controller's map doesn't say which data \(recipient.name) received; it may be any of them."
                    : nil,
                builder.law.family == .ccpa && recipient.category == nil
                    ? "The controller's map doesn't say what category of third party \(recipient.name) is." : nil,
            ].compactMap { $0 }
        }
    }

    private func transfers() -> [String] {
        guard map.statesRecipients else { return recipients() }
        return builder.transfers.filter { $0.safeguard == nil }.map {
            "The controller's map states no safeguard for the transfer to \($0.name) (\($0.country)); none is "
                + "needed where the law recognises that country's protection as adequate."
        }
    }

    private func retention() -> [String] {
        builder.held.filter { $0.collection.retention == nil }.map {
            "The controller's map states no retention for \($0.collection.title)."
        }
    }

    private func sources() -> [String] {
        builder.held.compactMap { held in
            held.place { $0.origin == .thirdParty && $0.source == nil }.map { place in
                let fields = place.fields.map { ": \($0.joined(separator: ", "))" } ?? ""
                return "The controller's map doesn't say from whom \(held.collection.title) came\(fields)."
            }
        }
    }

    private func rights() -> [String] {
        guard builder.law.rights.contains(where: \.dependsOnGrounds) else { return [] }
        let bases = builder.held.flatMap { $0.fields.map(\.legalBasis) }.withoutRepeats
        return bases.filter { LegalGround.named(in: $0).isEmpty }.map {
            "The legal basis “\($0)” in the controller's map is none that is known, so rights that depend on it may be "
                + "missing from this list."
        }
    }

    private func decisions() -> [String] {
        map.automatedDecisions == nil
            ? ["The controller's map doesn't say whether decisions are made by automated means alone."] : []
    }

    private func soldOrShared() -> [String] {
        guard map.statesRecipients else { return recipients() }
        return builder.recipients.filter { $0.isSold == nil || $0.isShared == nil }.map {
            "The controller's map doesn't say whether data were sold to or shared with \($0.name)."
        }
    }

    private func businessDisclosures() -> [String] {
        guard map.statesRecipients else { return recipients() }
        return builder.recipients.filter { $0.businessPurpose == nil && $0.isSold != true && $0.isShared != true }.map {
            "The controller's map doesn't say for which business purpose data were disclosed to \($0.name)."
        }
    }
}

extension RightRule {
    fileprivate var dependsOnGrounds: Bool {
        switch scope {
        case .grounds, .portable: true
        case .everything, .decisions: false
        }
    }
}
