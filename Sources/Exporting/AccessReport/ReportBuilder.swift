package import ArchiveFormat
package import DataMap
internal import RightsCore

/// Makes an access report: a pure function of the map, the plan of the export, and what the archive came to hold.
package struct ReportBuilder {
    let map: DataMap
    let plan: ExportPlan
    let manifest: Manifest
    let regime: RegimeID
    let law: ReportLaw
    let held: [HeldCollection]
    /// What lies in which part of the archive; none when there is one only.
    let parts: [PartContents]

    /// A builder for one archive, whose rows, files, omissions and losses the manifest tells.
    package init(_ manifest: Manifest, map: DataMap, plan: ExportPlan, parts: [PartContents] = []) {
        self.parts = parts
        guard let regime = RegimeID(manifest.request.regime), let kind = map.subject(manifest.request.subjectKind)
        else {
            preconditionFailure("a request's law and kind of person are known")
        }
        self.map = map
        self.plan = plan
        self.manifest = manifest
        self.regime = regime
        law = ReportLaw.of(regime)
        held = plan.all.compactMap { plan in
            manifest.collections.first { $0.name == plan.collection.name && $0.archivedRows > 0 }
                .map { HeldCollection(plan, $0, of: kind) }
        }
    }

    /// The report.
    package func report() -> AccessReport {
        let gaps = ReportGaps(self)
        return AccessReport(
            request: .init(id: manifest.request.id, right: manifest.request.right),
            law: .init(regime: regime.text, name: law.name, family: law.family), service: map.service,
            asOf: manifest.snapshot.at,
            statements: law.statements.map {
                .init(item: $0.item, title: $0.item.title, citation: $0.citation, gaps: gaps.gaps(of: $0.item))
            },
            controller: .init(
                name: map.controller.name, contact: map.controller.contact,
                dataProtectionOfficer: map.controller.dataProtectionOfficer,
                representative: map.controller.representative),
            complaint: .init(
                authority: map.controller.complaintAuthority(under: regime), judicialRemedy: law.judicialRemedy),
            confirmation: confirmation(), collections: held.map(holding), purposes: purposes(),
            categories: categories(), recipients: recipientStatements(),
            transfers: law.demands(.transfers) ? transfers.map(transfer) : nil, retention: held.map(retention),
            sources: sources(), automatedDecisions: decisions(), rights: rights(),
            inferences: law.demands(.inferences) ? held.compactMap { $0.place { $0.origin == .inferred } } : nil,
            lookBack: law.demands(.lookBack) ? Self.lookBack : nil,
            neverDisclosed: law.neverDisclosed.map(neverDisclosed), withheld: withheld())
    }

    // MARK: what is held

    private func confirmation() -> AccessReport.Confirmation {
        let looked = plan.all.map(\.collection)
        let heldNames = Set(held.map(\.collection.name))
        let notAsked = Set(manifest.notIncluded.filter { $0.reason == ExportScope.notAsked }.map(\.what))
        return AccessReport.Confirmation(
            isHeld: !held.isEmpty, records: held.reduce(0) { $0 + $1.count.archivedRows },
            files: files(under: "data/files/"),
            empty: looked.filter { !heldNames.contains($0.name) }.map(\.reportName),
            notAsked: map.collections.filter { notAsked.contains($0.name) }.map(\.reportName))
    }

    private func files(under folder: String) -> Int { manifest.files.count { $0.path.hasPrefix(folder) } }

    private func holding(_ held: HeldCollection) -> AccessReport.Holding {
        let collection = held.collection
        let places = ["data/json/\(held.count.inside ?? collection.name).json", "data/csv/\(collection.name).csv"]
        return AccessReport.Holding(
            name: collection.name, title: collection.title, category: collection.category,
            purpose: collection.purpose, records: held.count.archivedRows,
            softDeletedRecords: held.count.softDeletedRows, files: files(under: "data/files/\(collection.name)/"),
            foundIn: parts.isEmpty
                ? places.filter { place in manifest.files.contains { $0.path == place } }
                : parts.flatMap { part in part.places(places).map { "part \(part.number): \($0)" } },
            nestedAs: held.count.nestedAs, fields: held.fields.map { field($0, held.plan) })
    }

    private func field(_ field: Field, _ plan: CollectionPlan) -> AccessReport.FieldStatement {
        let labels = plan.table.column(field.column)?.enumLabels ?? []
        let planned = plan.columns.first { $0.field.column == field.column }
        return AccessReport.FieldStatement(
            name: field.name, category: field.category, origin: field.origin.rawValue, legalBasis: field.legalBasis,
            description: field.description, values: labels.isEmpty ? nil : labels, isAboutOthers: field.isThirdParty,
            treatment: planned.map { $0.isRedacted ? .replaced : .included } ?? .leftOut)
    }

    private func purposes() -> [AccessReport.PurposeStatement] {
        held.map(\.collection.purpose).withoutRepeats.map { purpose in
            let holders = held.filter { $0.collection.purpose == purpose }
            let bases = holders.flatMap { $0.fields.map(\.legalBasis) }
            return AccessReport.PurposeStatement(
                purpose: purpose, legalBases: bases.withoutRepeats, collections: holders.map(\.name))
        }
    }

    // MARK: categories

    private func categories() -> [AccessReport.CategoryStatement] {
        held.flatMap(\.categories).withoutRepeats.map { category in
            let holders = held.filter { $0.categories.contains(category) }
            let fields = holders.flatMap { holder in holder.fields.filter { $0.category == category } }
            let recipients = recipients.filter { recipient in holders.contains { receives(recipient, $0) } }
            return AccessReport.CategoryStatement(
                category: category, collections: holders.map(\.name),
                purposes: holders.map(\.collection.purpose).withoutRepeats,
                sources: fields.map { SourceWords.source(of: $0) }.withoutRepeats,
                retention: holders.map { SourceWords.retention(of: $0.collection) }.withoutRepeats,
                recipients: recipients.map(\.name),
                disclosures: law.demands(.soldOrShared) ? recipients.map(disclosure) : nil)
        }
    }

    private func disclosure(_ recipient: Recipient) -> AccessReport.Disclosure {
        AccessReport.Disclosure(
            recipient: recipient.name, recipientCategory: recipient.category, isSold: recipient.isSold,
            isShared: recipient.isShared, businessPurpose: recipient.businessPurpose)
    }

    // MARK: recipients

    /// Those who got something of what is held; one whose collections the map doesn't name may have got any of it.
    var recipients: [Recipient] {
        map.recipients.filter { recipient in held.contains { receives(recipient, $0) } }
    }

    private func receives(_ recipient: Recipient, _ held: HeldCollection) -> Bool {
        recipient.collections.isEmpty || recipient.collections.contains(held.collection.name)
    }

    private func recipientStatements() -> AccessReport.Recipients {
        AccessReport.Recipients(
            isStated: map.statesRecipients,
            recipients: recipients.map { recipient in
                let received = held.filter { receives(recipient, $0) }
                return AccessReport.RecipientStatement(
                    name: recipient.name, role: recipient.role, country: recipient.country, purpose: recipient.purpose,
                    category: recipient.category, safeguard: recipient.safeguard,
                    businessPurpose: recipient.businessPurpose, isSold: recipient.isSold, isShared: recipient.isShared,
                    collections: received.map(\.name), categories: received.flatMap(\.categories).withoutRepeats)
            })
    }

    /// Recipients in countries to which data are transferred under this law.
    var transfers: [Recipient] { recipients.filter { !law.home.contains($0.country.uppercased()) } }

    private func transfer(_ recipient: Recipient) -> AccessReport.TransferStatement {
        AccessReport.TransferStatement(
            recipient: recipient.name, country: recipient.country, safeguard: recipient.safeguard)
    }

    // MARK: retention, sources, decisions

    private func retention(_ held: HeldCollection) -> AccessReport.RetentionStatement {
        var period: String?
        var criteria: String?
        switch held.collection.retention?.term {
        case .period(let words): period = words
        case .criteria(let words): criteria = words
        case nil: break
        }
        return AccessReport.RetentionStatement(
            collection: held.name, categories: held.categories, period: period, criteria: criteria,
            rule: held.collection.retention?.rule, keptAfterErasure: kept(held))
    }

    private func kept(_ held: HeldCollection) -> AccessReport.Kept? {
        switch held.collection.erasure {
        case .delete, .unlink, .anonymize: return nil
        case .keep(let reason): return AccessReport.Kept(reason: reason, fields: held.fields.map(\.name))
        case .retain(let record):
            let kept = held.fields.filter { record.fields.contains($0.column) }
            return AccessReport.Kept(reason: record.statute, fields: kept.map(\.name))
        }
    }

    private func sources() -> [AccessReport.SourceStatement] {
        struct Source: Hashable {
            let origin: Origin
            let words: String
            init(_ field: Field) { (origin, words) = (field.origin, SourceWords.source(of: field)) }
        }
        let all = held.flatMap { $0.fields.map(Source.init) }.withoutRepeats
        return Origin.allCases.flatMap { origin in all.filter { $0.origin == origin } }.map { source in
            AccessReport.SourceStatement(
                origin: source.origin.rawValue, source: source.words,
                places: held.compactMap { $0.place { Source($0) == source } })
        }
    }

    private func decisions() -> AccessReport.Decisions {
        AccessReport.Decisions(
            isStated: map.automatedDecisions != nil,
            decisions: relevantDecisions.map { decision in
                AccessReport.Decision(
                    name: decision.name, logic: decision.logic, significance: decision.significance,
                    consequences: decision.consequences,
                    collections: held.filter { decision.concerns($0.collection) }.map(\.name))
            })
    }

    /// Decisions made from something that is held.
    private var relevantDecisions: [AutomatedDecision] {
        (map.automatedDecisions ?? []).filter { decision in held.contains { decision.concerns($0.collection) } }
    }

    private func rights() -> [AccessReport.RightStatement] {
        law.rights.compactMap { rule in
            var places: [AccessReport.FieldPlace]?
            switch rule.scope {
            case .everything: break
            case .decisions:
                if relevantDecisions.isEmpty { return nil }
            case .grounds(let grounds): places = held.compactMap { $0.place { $0.stands(on: grounds) } }
            case .portable(let grounds):
                places = held.compactMap { $0.place { $0.stands(on: grounds) && $0.isPortable } }
            }
            if places?.isEmpty ?? false { return nil }
            return AccessReport.RightStatement(
                right: rule.name, explanation: rule.explanation, citation: rule.citation, places: places)
        }
    }

    // MARK: what isn't there

    private static let lookBack = AccessReport.LookBack(
        isUnlimited: true,
        statement:
            "Everything held at that moment is included, whenever it was collected: the twelve months before the "
            + "request, the time since 1 January 2022, and whatever is older.")

    private func neverDisclosed(_ citation: String) -> [AccessReport.NeverDisclosedStatement] {
        held.flatMap { held in
            held.fields.compactMap { field in
                field.neverDisclosed.map {
                    AccessReport.NeverDisclosedStatement(
                        collection: held.name, field: field.name, kind: $0.kind.rawValue, description: $0.words,
                        citation: citation)
                }
            }
        }
    }

    private func withheld() -> AccessReport.Withheld {
        func lines(_ omissions: [Manifest.Omission]) -> [AccessReport.Omission] {
            omissions.map { .init(what: $0.what, reason: $0.reason) }
        }
        return AccessReport.Withheld(
            notIncluded: lines(manifest.notIncluded), redacted: lines(manifest.redacted),
            retained: lines(manifest.retained),
            missing: manifest.missing.map {
                .init(collection: $0.collection, row: $0.row, reason: $0.reason, statement: Wording.loss($0))
            })
    }
}

extension PartContents {
    /// Those of the files that lie in the part.
    fileprivate func places(_ paths: [String]) -> [String] {
        paths.filter { path in data.contains { $0.path == path } }
    }
}

extension AutomatedDecision {
    fileprivate func concerns(_ collection: Collection) -> Bool {
        collections.isEmpty || collections.contains(collection.name)
    }
}

extension Field {
    fileprivate func stands(on grounds: Set<LegalGround>) -> Bool {
        !grounds.isDisjoint(with: LegalGround.named(in: legalBasis))
    }

    /// Whether it falls under the right to portability: given or observed, and no secret of ours.
    fileprivate var isPortable: Bool { neverExport == nil && (origin == .provided || origin == .observed) }
}
