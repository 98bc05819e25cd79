package import AuditLedger
package import RightsCore

/// Computes the report of a year from entries of the audit chain, taken in order; memory grows with the year's requests.
package struct YearlyReportBuilder {
    private let year: Int
    private let regime: String?
    private let zone: ZoneRules
    private let yearEnd: Instant
    private var requests: [String: ReportedRequest] = [:]
    private var through: YearlyReport.Through?
    /// Every law that a request was opened under since the year began, in lower case.
    package private(set) var regimes: Set<String> = []

    /// Entries before this moment can't be about the year's requests: nothing is written down before it came.
    package let since: Instant

    /// A report of a year.
    ///
    /// - Parameters:
    ///   - regime: only requests that ran under this law.
    ///   - zone: the controller's.
    package init?(year: Int, regime: RegimeID?, zone: ZoneRules) {
        guard (2000...9998).contains(year), let first = CivilDate(year: year, month: 1, day: 1) else { return nil }
        self.year = year
        self.regime = regime?.text
        self.zone = zone
        // Staff may write a request down as received a minute ahead of the clock.
        since = Instant(microseconds: zone.end(of: first.adding(days: -1)).microseconds - 60_000_000)
        yearEnd = zone.end(of: first.endOfYear)
    }

    /// Refuses a chain whose first entry shows that entries of the year were removed.
    package func requireWhole(first: AuditRecord) throws(EngineError) {
        guard first.seq != 1, first.at > since else { return }
        throw EngineError(
            .invalid, "entries of \(year) were removed from the audit log: it begins on \(zone.day(of: first.at))",
            hint: "an export made before they were removed still gives the report: --from-audit FILE", field: "year")
    }

    /// Takes the next entry.
    package mutating func take(_ record: AuditRecord) {
        guard let id = record.request, let action = AuditAction(rawValue: record.action),
            action == .requestOpened || requests[id] != nil, Self.actions.contains(action),
            let facts = record.factTexts
        else { return }
        if action == .requestOpened {
            guard let request = ReportedRequest(opened: facts) else { return }
            regimes.formUnion(request.regimes)
            guard isWanted(request) else { return }
            requests[id] = request
        } else {
            if record.at >= yearEnd { requests[id]?.passYearEnd() }
            requests[id]?.take(action, facts, at: record.at, zone: zone)
        }
        through = YearlyReport.Through(seq: record.seq, at: record.at.rfc3339, hash: record.hash.hex)
    }

    private static let actions: Set<AuditAction> = [
        .requestOpened, .requestMoved, .requestAcknowledged, .questionAsked, .questionAnswered, .questionVoid,
        .questionPostponed, .extensionGranted, .extensionRefused, .appealReceived, .appealDecided,
    ]

    private func isWanted(_ request: ReportedRequest) -> Bool {
        zone.day(of: request.received).year == year
            && (regime == nil || request.regimes.contains { $0 == regime?.lowercased() })
    }

    // MARK: the report

    /// The report of all that was taken.
    package func report(now: Instant) -> YearlyReport {
        let all = Array(requests.values)
        let european = all.filter { !Set($0.regimes).isDisjoint(with: ["gdpr", "eudpr", "uk-gdpr"]) }
        return YearlyReport(
            year: year, regime: regime, zone: zone.name, generatedAt: now.rfc3339, through: through,
            total: section("all", all), byRight: sections(all) { [$0.right] },
            byRegime: sections(all) { $0.regimes.map { RegimeID($0)?.text ?? $0 } },
            california: california(all.filter { $0.regimes.contains("ccpa") }),
            accountability: YearlyReport.accountability(section("GDPR", european), questions: Self.questions(european)),
            definitions: YearlyReport.allDefinitions)
    }

    private static func questions(_ requests: [ReportedRequest]) -> Int {
        requests.reduce(0) { $0 + ($1.questions["identity"] ?? 0) }
    }

    /// A section for each name; a request counts under each of its own.
    private func sections(
        _ requests: [ReportedRequest], _ names: (ReportedRequest) -> [String]
    ) -> [YearlyReport.Section] {
        var groups: [String: [ReportedRequest]] = [:]
        for request in requests {
            for name in names(request) { groups[name, default: []].append(request) }
        }
        return groups.sorted { $0.key < $1.key }.map { section($0.key, $0.value) }
    }

    private func section(_ name: String, _ requests: [ReportedRequest]) -> YearlyReport.Section {
        func count(_ outcome: ReportedRequest.Outcome) -> Int { requests.count { $0.outcome == outcome } }
        let denied = grounds(requests)
        let answered = requests.filter { $0.answered != nil }
        return YearlyReport.Section(
            name: name, received: requests.count, compliedInWhole: count(.compliedInWhole),
            compliedInPart: count(.compliedInPart), denied: denied.reduce(0) { $0 + $1.count }, deniedBy: denied,
            withdrawn: count(.withdrawn), unverifiable: count(.unverifiable), cancelled: count(.cancelled),
            open: count(.open), openAtYearEnd: requests.count { $0.wasOpenAtYearEnd ?? ($0.outcome == .open) },
            days: YearlyReport.Days(answered.compactMap { $0.days(zone) }),
            daysWithoutPauses: YearlyReport.Days(
                answered.compactMap { request in request.days(zone).map { $0 - request.pausedDays(zone) } }),
            answeredOnTime: share(answered, \.dueEnd), answeredByWorkDay: share(answered, \.workEnd),
            acknowledgedOnTime: YearlyReport.Share(
                count: requests.count { $0.acknowledgedOnTime == true },
                of: requests.count { $0.acknowledgedOnTime != nil }),
            extensions: requests.reduce(0) { $0 + $1.extensionsGranted },
            extensionNoticesFailed: requests.reduce(0) { $0 + $1.extensionsFailed },
            appeals: requests.reduce(0) { $0 + $1.appeals },
            appealsGranted: requests.count { $0.appealOutcome == "granted" },
            appealsDenied: requests.count { $0.appealOutcome == "denied" })
    }

    private func grounds(_ requests: [ReportedRequest]) -> [YearlyReport.Ground] {
        let grounds = requests.compactMap { request in
            if case .denied(let ground) = request.outcome { ground } else { nil }
        }
        return Dictionary(grouping: grounds, by: \.self).map { YearlyReport.Ground(ground: $0, count: $1.count) }
            .sorted { $0.ground < $1.ground }
    }

    /// How many were answered before a date of theirs, of those that had one.
    private func share(_ requests: [ReportedRequest], _ end: (ReportedRequest) -> Instant?) -> YearlyReport.Share {
        let pairs = requests.compactMap { request in end(request).flatMap { end in request.answered.map { ($0, end) } }
        }
        return YearlyReport.Share(count: pairs.count { $0.0 < $0.1 }, of: pairs.count)
    }

    private func california(_ requests: [ReportedRequest]) -> [YearlyReport.CaliforniaRow] {
        let kinds: [(String, Set<String>)] = [
            ("delete", ["erasure"]), ("correct", []), ("know", ["access", "export"]), ("opt-out", []), ("limit", []),
        ]
        return kinds.map { kind, rights in
            let section = section(kind, requests.filter { rights.contains($0.right) })
            return YearlyReport.CaliforniaRow(
                kind: kind, isHandled: !rights.isEmpty, received: section.received,
                compliedInWhole: section.compliedInWhole, compliedInPart: section.compliedInPart,
                denied: section.denied, meanDays: section.days.mean, medianDays: section.days.median)
        }
    }
}
