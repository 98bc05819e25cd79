import ErasureLedger
import PostgresTestKit
import RightsCore
import Testing

@testable import BackupTruth

/// The arithmetic of policies, forecasts and alarms.
@Suite struct PolicyTests {
    private static let day: Int64 = 86_400_000_000

    private static func copy(_ rule: CopyPolicy.Rule, extra: Int = 0, name: String = "near") -> DeclaredCopy {
        DeclaredCopy(
            name: name, source: .pgBackRest(PgBackRestCopy(stanza: "main")),
            policy: CopyPolicy(rule, extraDays: extra))
    }

    private static func after(_ days: Int64) -> Instant { Instant(microseconds: Sample.at.microseconds + days * day) }

    @Test(
        arguments: [
            // Eight daily fulls and a weekly purge: day 15. A far copy of fourteen: day 21.
            (CopyPolicy.Rule.count(8, everyDays: 1), 0, 15), (.count(14, everyDays: 1), 0, 21),
            (.count(2, everyDays: 7), 2, 23), (.time(days: 7, everyDays: 1), 0, 16),
            (.time(days: 14, everyDays: 7), 1, 36),
            (.age(days: 10), 0, 17),
        ] as [(CopyPolicy.Rule, Int, Int)])
    func sumsAreThoseOfTheArithmetic(rule: CopyPolicy.Rule, extra: Int, days: Int) {
        let judgement = PolicyJudgement([Self.copy(rule, extra: extra)], purgeEveryDays: 7)

        #expect(judgement.sums.map(\.days) == [days])
        #expect(judgement.refused.isEmpty == (days <= 30))
    }

    @Test func aSumOverThePromiseIsRefusedAndShown() throws {
        let judgement = PolicyJudgement(
            [Self.copy(.count(4, everyDays: 7), extra: 2), Self.copy(.count(2, everyDays: 1), name: "far")],
            purgeEveryDays: 7)

        let error = try #require(throws: BackupError.self) { try judgement.check() }
        #expect(error.code == .promiseExceeded)
        #expect(
            error.description == "a person's last copy would go after more than 30 days: "
                + "near: 7 (wait for the purge) + 28 (4 backups, one every 7 days) + 2 (extra) = 37 days")
        let patient = PolicyJudgement(
            [Self.copy(.count(4, everyDays: 7), extra: 2)], purgeEveryDays: 7, promiseDays: 37)
        #expect(throws: Never.self) { try patient.check() }
    }

    @Test func aDumpNeedsNoPurge() {
        let dump = DeclaredCopy(
            name: "dumps", source: .dump(DumpCopy(path: "/dumps")), policy: CopyPolicy(.age(days: 30)))

        #expect(PolicyJudgement([dump], purgeEveryDays: 7).refused.isEmpty)
    }

    @Test func bothDatesAreForetold() {
        let copies = [Self.copy(.count(8, everyDays: 1)), Self.copy(.count(14, everyDays: 1), name: "far")]
        let open = ErasureHorizon(erased: "0/1", purged: nil)
        let forecast = Forecast(copies, open, purgeEveryDays: 7, now: Sample.at)

        #expect(forecast.copies.map(\.lastResurrecting) == [Self.after(8), Self.after(14)])
        #expect(forecast.copies.map(\.lastBytes) == [Self.after(15), Self.after(21)])
        #expect(forecast.lastResurrecting == Self.after(14) && forecast.lastBytes == Self.after(21))
    }

    @Test func aPurgeThatIsEarlyOrLateMovesTheDate() {
        let copies = [Self.copy(.count(8, everyDays: 1))]
        let point = ErasureHorizon.early
        let early = ErasureHorizon(
            erased: point.erased, purged: point.purged, erasedAt: Sample.at, purgedAt: Self.after(1))
        let open = ErasureHorizon(erased: "0/1", purged: nil)

        #expect(Forecast(copies, early, purgeEveryDays: 7, now: Self.after(3)).lastBytes == Self.after(9))
        #expect(Forecast(copies, open, purgeEveryDays: 7, now: Self.after(12)).lastBytes == Self.after(20))
    }

    @Test func whatIsCleanHasNoDateAndWhatIsLateHasNone() throws {
        let copies = [Self.copy(.count(8, everyDays: 1))]
        let clean = try Sample("07_after_expire").reading().verdict()
        let dirty = try Sample("04b_full_diff_incrs_full").reading().verdict()
        func forecast(_ verdict: CopyVerdict, _ days: Int64) -> Forecast {
            let named = CopyVerdict(
                copy: "near", readAt: Sample.at, standing: verdict.standing, evidence: .catalogue,
                resurrecting: verdict.resurrecting, holding: verdict.holding, holdingSegments: 0,
                firstHoldingSegment: nil, exempt: [], reasons: [])
            return Forecast(
                copies, .early, purgeEveryDays: 7, verdict: OverallVerdict([named]), now: Self.after(days))
        }

        #expect(forecast(clean, 3).lastBytes == nil)
        #expect(forecast(dirty, 3).endless.isEmpty)
        #expect(forecast(dirty, 9).endless == ["near"])
    }

    @Test(
        arguments: [
            (0, AlarmDays.Stage.calm), (19, .calm), (20, .warn), (24, .warn), (25, .breakGlass), (29, .breakGlass),
            (30, .breach), (400, .breach),
        ] as [(Int64, AlarmDays.Stage)])
    func alarmsCountFromTheErasure(days: Int64, stage: AlarmDays.Stage) {
        for standing in [Standing.unknown, .canResurrect, .mayHoldBytes] {
            #expect(AlarmDays.usual.stage(erasedAt: Sample.at, standing, now: Self.after(days)) == stage)
        }
        #expect(AlarmDays.usual.stage(erasedAt: Sample.at, .purged, now: Self.after(days)) == .calm)
    }

    @Test func alarmDaysFollowEachOther() {
        #expect(AlarmDays(warn: 5, breakGlass: 6, breach: 7) != nil)
        #expect(AlarmDays(warn: 7, breakGlass: 6, breach: 7) == nil)
        #expect(AlarmDays(warn: 0, breakGlass: 6, breach: 7) == nil)
    }

    // MARK: erased again

    @Test func daysAreCountedFromTheLastErasureAndThePromiseFromTheFirst() {
        let copies = [Self.copy(.count(8, everyDays: 1))]
        let again = ErasureHorizon(
            erased: ErasureHorizon.early.erased, erasedAt: Sample.at, absentSince: Self.after(5))
        let forecast = Forecast(copies, again, purgeEveryDays: 7, now: Self.after(6))

        #expect(forecast.lastResurrecting == Self.after(13) && forecast.lastBytes == Self.after(20))
        let outlook = Outlook(expected: [again], copies, purgeEveryDays: 7, now: Self.after(21))
        #expect(outlook.stage == .warn)
    }

    @Test func anAttestedCopyOfBetweenRestoreAndReplayHoldsThem() {
        var reading = CopyReading(copy: "snapshots", at: Sample.at)
        reading.attestation = Attestation(
            who: "platform", what: "snapshots", expiresAfterDays: 7, validUntil: Self.after(90).utcDate)
        let again = ErasureHorizon(
            erased: ErasureHorizon.early.erased, erasedAt: Sample.at, absentSince: Self.after(5))

        #expect(reading.verdict(again, now: Self.after(11)).standing == .canResurrect)
        #expect(reading.verdict(again, now: Self.after(13)).standing == .mayHoldBytes)
    }

    // MARK: beside the live server

    private static func reading(_ stop: String, started: Instant? = Sample.at) -> CopyReading {
        var reading = CopyReading(copy: "near", at: Sample.at)
        reading.backups = [
            KeptBackup(
                label: "b",
                age: .log(system: 7, timeline: 1, start: LogPosition("0/1000")!, stop: LogPosition(stop)),
                started: started)
        ]
        return reading
    }

    private static func standing(_ timeline: UInt32 = 1) -> StoreStanding {
        StoreStanding(
            receipts: [], replayed: .none,
            place: StorePlace(system: 7, timeline: timeline, position: LogPosition("0/5000")!), startedAt: "")
    }

    @Test func whatTheLiveServerHasNotWrittenIsOfAnotherBranch() {
        #expect([Self.reading("0/4000")].beside(Self.standing(), .current)[0].kinds == [])
        #expect([Self.reading("0/6000")].beside(Self.standing(), .current)[0].kinds == [.otherBranch])
        #expect([Self.reading("0/6000")].beside(Self.standing(2), .current)[0].kinds == [])
    }

    @Test func nothingIsCalledCleanBesideADatabaseThatWentBack() {
        let missing = RewindState.Missing(runs: 1, firstSeq: 1, headSeq: 2, byLogOnly: false)
        let judged = [Self.reading("0/4000")].beside(Self.standing(), .rewound(missing))
        #expect(judged[0].kinds == [.rewound] && judged[0].verdict().standing == .unknown)
    }

    @Test func copiesGoAsFarBackAsTheirOldestBackup() {
        let late = Self.reading("0/4000", started: Self.after(3))
        #expect([Self.reading("0/4000"), late].oldest == .since(Sample.at) && [CopyReading]().oldest == .since(nil))
        #expect([late, Self.reading("0/4000", started: nil)].oldest == .unknown(copy: "near"))
        var failed = late
        failed.fail(.missing, "gone")
        #expect([failed].oldest == .unknown(copy: "near"))
    }

    // MARK: a person's word

    @Test func aWordCountsUntilItEnds() throws {
        let word = Attestation(
            who: "platform", what: "snapshots", expiresAfterDays: 7,
            validUntil: Self.after(20).utcDate)
        var reading = CopyReading(copy: "snapshots", at: Sample.at)
        reading.attestation = word
        let horizon = ErasureHorizon(
            erased: ErasureHorizon.early.erased, purged: ErasureHorizon.early.purged, erasedAt: Sample.at,
            purgedAt: Self.after(3))

        #expect(reading.verdict(horizon, now: Self.after(6)).standing == .canResurrect)
        #expect(reading.verdict(horizon, now: Self.after(8)).standing == .mayHoldBytes)
        let clean = reading.verdict(horizon, now: Self.after(10))
        #expect(clean.standing == .purged && clean.evidence == .attested)
        let over = reading.verdict(horizon, now: Self.after(21))
        #expect(over.standing == .unknown && over.reasons.map(\.kind) == [.attestationExpired])
    }

    @Test(arguments: BackupError.Code.allCases) func errorsAreDocumented(code: BackupError.Code) throws {
        #expect(try Checkout.text("docs/errors.md").contains("`\(code.rawValue)`"))
    }

    @Test(arguments: Obstacle.Kind.allCases) func obstaclesAreDocumented(kind: Obstacle.Kind) throws {
        #expect(try Checkout.text("docs/backups.md").contains("`\(kind.rawValue)`"))
    }
}
