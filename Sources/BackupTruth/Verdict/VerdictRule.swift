internal import ErasureLedger
package import RightsCore

/// Judges copies for one erasure (docs/backups.md, “The rule”).
package struct VerdictRule: Sendable {
    /// How much younger than the erasure a file must be before its time says anything: clocks differ, and a dump that
    /// ended after an erasure may have begun before.
    package static let fileTimeMargin = Duration.seconds(86_400)

    private let horizon: ErasureHorizon
    private let now: Instant

    /// The rule for an erasure.
    package init(_ horizon: ErasureHorizon, now: Instant) {
        self.horizon = horizon
        self.now = now
    }

    /// Judges all declared copies. One without a reading, or with two, is unknown.
    package func verdict(_ copies: [DeclaredCopy], _ readings: [CopyReading]) -> OverallVerdict {
        let lineage = Lineage(of: readings)
        return OverallVerdict(
            copies.map { copy in
                let own = readings.filter { $0.copy == copy.name }
                guard own.count == 1, let reading = own.first else { return unread(copy.name) }
                return verdict(reading, lineage)
            })
    }

    private func unread(_ name: String) -> CopyVerdict {
        CopyVerdict(
            copy: name, readAt: now, standing: .unknown, evidence: .catalogue, resurrecting: [], holding: [],
            holdingSegments: 0, firstHoldingSegment: nil, exempt: [],
            reasons: [Obstacle(.notRead, "“\(name)” wasn't read")])
    }

    /// Judges one copy by its reading and all known timelines.
    package func verdict(_ reading: CopyReading, _ lineage: Lineage) -> CopyVerdict {
        var findings = Findings()
        findings.reasons = reading.obstacles
        for backup in reading.backups { judge(backup, lineage, reading.fileTimes, &findings) }
        for segment in reading.log { judge(segment, lineage, &findings) }
        if let attestation = reading.attestation { judge(attestation, &findings) }
        return findings.verdict(of: reading)
    }

    // MARK: backups

    private func judge(
        _ backup: KeptBackup, _ lineage: Lineage, _ fileTimes: DumpCopy.FileTimes, _ findings: inout Findings
    ) {
        switch backup.age {
        case .log(let system, let timeline, let start, let stop):
            let bringsBack: Descent
            let holds: Descent
            switch backup.content {
            case .files:
                // Restoring replays up to the stop before anybody can log in.
                bringsBack = lineage.descent(of: system, timeline, stop ?? start, fromAnyOf: horizon.erased)
                holds = lineage.descent(of: system, timeline, start, fromAnyOf: horizon.purged)
            case .rows:
                bringsBack = rows(lineage, system, timeline, start)
                holds = bringsBack
            }
            findings.add(backup, bringsBack: bringsBack, holds: holds)
        case .fileTime(let time):
            findings.evidence = max(findings.evidence, .fileTimes)
            findings.add(backup, time: time, isOlder: time < horizon.absentSince.adding(Self.fileTimeMargin), fileTimes)
        }
    }

    /// A dump whose position equals that of the erasure may have begun while the commit was not yet seen by others.
    private func rows(_ lineage: Lineage, _ system: UInt64, _ timeline: UInt32, _ position: LogPosition) -> Descent {
        guard position.bytes > 0 else { return .doesNotFollow }
        return lineage.descent(of: system, timeline, LogPosition(bytes: position.bytes - 1), fromAnyOf: horizon.erased)
    }

    // MARK: log

    private func judge(_ kept: KeptSegment, _ lineage: Lineage, _ findings: inout Findings) {
        // A child's first segment holds a copy of its parent's, so the position of its beginning counts.
        switch lineage.descent(of: kept.system, kept.segment.timeline, kept.start, fromAnyOf: horizon.purged) {
        case .follows: break
        case .doesNotFollow: findings.hold(kept.segment)
        case .unknownTimeline(let timeline): findings.note(.unknownTimeline, Self.saidOfTimeline(timeline))
        case .otherSystem(let system): findings.note(.otherSystem, Self.saidOfSystem(system))
        }
    }

    // MARK: a person's word

    private func judge(_ attestation: Attestation, _ findings: inout Findings) {
        findings.evidence = .attested
        guard now.utcDate <= attestation.validUntil else {
            return findings.note(
                .attestationExpired, "the word of \(attestation.who) ended on \(attestation.validUntil)")
        }
        let life = Duration.seconds(Int64(attestation.expiresAfterDays) * 86_400)
        if now < horizon.absentSince.adding(life) { findings.resurrecting.append(attestation.what) }
        let bytesGone = horizon.purgedAt.map { $0.adding(life) }
        if bytesGone == nil || bytesGone.map({ now < $0 }) == true { findings.holding.append(attestation.what) }
    }

    fileprivate static func saidOfTimeline(_ timeline: UInt32) -> String {
        "the history of timeline \(timeline) isn't kept, or copies tell different ones"
    }

    fileprivate static func saidOfSystem(_ system: UInt64) -> String {
        "it holds what server \(system) wrote, whose positions can't be compared with those of the erasure"
    }
}

/// What was found while a copy is judged.
private struct Findings {
    var evidence = Evidence.catalogue
    var resurrecting: [String] = []
    var holding: [String] = []
    var exempt: [String] = []
    var segments = 0
    var firstSegment: String?
    var reasons: [Obstacle] = []

    mutating func add(_ backup: KeptBackup, bringsBack: Descent, holds: Descent) {
        if bringsBack == .doesNotFollow { resurrecting.append(backup.label) }
        if bringsBack == .doesNotFollow || holds == .doesNotFollow { hold(backup) }
        for descent in [bringsBack, holds] {
            switch descent {
            case .follows, .doesNotFollow: break
            case .unknownTimeline(let timeline): note(.unknownTimeline, VerdictRule.saidOfTimeline(timeline))
            case .otherSystem(let system): note(.otherSystem, VerdictRule.saidOfSystem(system))
            }
        }
    }

    mutating func add(_ backup: KeptBackup, time: Instant, isOlder: Bool, _ fileTimes: DumpCopy.FileTimes) {
        if isOlder {
            resurrecting.append(backup.label)
            hold(backup)
        } else if fileTimes == .refused {
            note(.weakEvidence, "only the time of its file speaks for \(backup.label)")
        }
    }

    private mutating func hold(_ backup: KeptBackup) {
        holding.append(backup.label)
        if backup.retention == .exempt { exempt.append(backup.label) }
    }

    mutating func hold(_ segment: LogSegment) {
        segments += 1
        firstSegment = firstSegment.map { min($0, segment.name) } ?? segment.name
    }

    /// One thousand segments of a lost timeline are one reason.
    mutating func note(_ kind: Obstacle.Kind, _ description: String) {
        let obstacle = Obstacle(kind, description)
        if !reasons.contains(obstacle) { reasons.append(obstacle) }
    }

    func verdict(of reading: CopyReading) -> CopyVerdict {
        let standing: Standing =
            if !reasons.isEmpty { .unknown } else if !resurrecting.isEmpty {
                .canResurrect
            } else if !holding.isEmpty
                || segments > 0
            { .mayHoldBytes } else { .purged }
        return CopyVerdict(
            copy: reading.copy, readAt: reading.at, standing: standing, evidence: evidence, resurrecting: resurrecting,
            holding: holding, holdingSegments: segments, firstHoldingSegment: firstSegment, exempt: exempt,
            reasons: reasons)
    }
}

extension Instant {
    func adding(_ duration: Duration) -> Instant { Instant(microseconds: microseconds + duration.microseconds) }
}
