internal import ArgumentParser
internal import AuditLedger
internal import BackupTruth
internal import DataMap
internal import Erasing
internal import ErasureLedger
internal import FoundationEssentials
internal import ObjectStore
internal import PostgresAccess
internal import RequestLedger
internal import RightsCore
internal import RightsEngine

/// `habeas doctor`: everything an export depends on, one line each.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check every dependency, one line each, with the mend; status 1 on findings.",
        discussion: "EXAMPLES\n  habeas doctor\n  habeas doctor --json")

    @OptionGroup var mapOptions: MapOptions
    @OptionGroup var common: CommonOptions

    func run() async throws {
        let settings = try await Settings(file: common.config, flags: mapOptions.flags)
        var examination = Examination(settings)
        await examination.run()
        if common.json {
            try Terminal.printJSON(examination.lines)
        } else {
            for line in examination.lines {
                let mark = line.ok ? "ok  " : "FAIL"
                Terminal.print("\(mark)  \(line.what): \(line.found)" + (line.mend.map { "\n      mend: \($0)" } ?? ""))
            }
        }
        if examination.lines.contains(where: { !$0.ok }) { throw ExitStatusError(status: .failed) }
    }
}

/// Looks at one dependency after the other; a failure of one never hides the next.
private struct Examination {
    struct Line: Encodable {
        let what: String
        let ok: Bool
        let found: String
        let mend: String?
    }

    private let settings: Settings
    private(set) var lines: [Line] = []

    init(_ settings: Settings) { self.settings = settings }

    mutating func run() async {
        pass("settings", settings.filePath ?? "no habeas.yaml here; variables and flags only")
        do { _ = try settings.snapshotBudget() } catch { fail("snapshot.budget", error) }
        examineKeys()
        examineClock()
        examineCopies()
        let map = examineMap()
        await examineDatabase(map)
        await examineControl()
        await examineErasureLedger()
        examineLedgerLife()
        if let map { examineStores(map) }
    }

    private mutating func pass(_ what: String, _ found: String) {
        lines.append(Line(what: what, ok: true, found: found, mend: nil))
    }

    private mutating func fail(_ what: String, _ found: String, mend: String?) {
        lines.append(Line(what: what, ok: false, found: found, mend: mend))
    }

    private mutating func fail(_ what: String, _ error: any Error) {
        let failure = CommandFailure(error)
        fail(what, failure.message, mend: failure.hint)
    }

    // MARK: the law's clock

    private mutating func examineClock() {
        guard settings.found("clock.zone") != nil else {
            return pass("clock", "clock.zone isn't set; `serve` and `worker` need it, exports don't")
        }
        do {
            let clock = try settings.legalClock()
            let calendar = try settings.placeCalendar(clock.zone.name)
            guard let calendar else {
                return fail(
                    "clock", "\(clock.zone.name): no calendar of holidays belongs to it",
                    mend: "set clock.calendar; `habeas calendar list` names them")
            }
            pass("clock", "\(clock.zone.name) of tz \(clock.zone.version), holidays of \(calendar)")
        } catch { fail("clock", error) }
    }

    // MARK: files

    private mutating func examineKeys() {
        do {
            let ring = try KeyRing(folder: settings.keysPath)
            _ = try ring.sign([0])
            pass("signing key", "\(ring.active?.id ?? "?") in \(settings.keysPath)")
            if let moment = ring.backedUpAt {
                pass("backup of the keys", "written \(moment)")
            } else {
                fail("backup of the keys", "none was written", mend: "habeas keys backup --output FOLDER")
            }
            examineWrappingKey(ring)
            examinePersonKey()
            examineErasureKeys()
        } catch {
            fail("signing key", error)
        }
    }

    private mutating func examineWrappingKey(_ ring: KeyRing) {
        do {
            let key = try ring.wrapping.active()
            pass("wrapping key", "\(key.id) in \(settings.keysPath)")
        } catch {
            fail("wrapping key", error)
        }
    }

    private mutating func examinePersonKey() {
        do {
            _ = try PersonKeys(folder: settings.keysPath)
            pass("person key", "person.key in \(settings.keysPath)")
        } catch {
            fail("person key", error)
        }
    }

    private mutating func examineErasureKeys() {
        do {
            let keys = try ErasureKeys(folder: settings.keysPath)
            let names = keys.entries.map(\.name).joined(separator: ", ")
            pass("erasure keys", "\(names) in \(settings.keysPath)")
        } catch {
            fail("erasure keys", error)
        }
    }

    /// The database, if it answers, knows how far the ledger went.
    private mutating func examineErasureLedger() async {
        let folder = settings.erasureLedgerPath
        do {
            let key = try LedgerKey(ErasureKeys(folder: settings.keysPath).ledger)
            // That the database doesn't answer is a finding of its own.
            let known = (try? await KnownLedger.head(settings)) ?? .none
            guard let report = try LedgerVerifier.verify(folder: folder, key: key, known: known) else {
                guard known.seq == 0 else { throw KnownLedger.lost(folder, known) }
                return pass("erasure ledger", "none yet; the first erasure begins it in \(folder)")
            }
            guard let finding = report.findings.first else {
                return pass("erasure ledger", "sound, \(LedgerJudgement.extent(of: report)), in \(folder)")
            }
            fail(
                "erasure ledger", "not sound: \(finding.message)",
                mend: finding.code == .torn
                    ? "nothing: the next entry mends it" : "`habeas verify \(folder)` shows all that is wrong")
        } catch { fail("erasure ledger", error) }
    }

    private mutating func examineLedgerLife() {
        do { pass("erasure ledger's life", try LedgerLifeWords.found(settings)) } catch {
            fail("erasure ledger's life", error)
        }
    }

    private mutating func examineMap() -> DataMap? {
        do {
            let map = try settings.map()
            pass("data map", "\(map.collections.count) collections of \(map.service)")
            return map
        } catch {
            fail("data map", error)
            return nil
        }
    }

    private mutating func examineStores(_ map: DataMap) {
        let stores = settings.stores(for: map)
        for name in Set(map.collections.flatMap(\.files).map(\.store)).sorted() {
            guard let store = stores[name] else {
                fail("object store \(name)", "not configured", mend: "write stores.\(name) into habeas.yaml")
                continue
            }
            if store.isAvailable {
                pass("object store \(name)", settings.path("stores.\(name)") ?? "")
            } else {
                fail("object store \(name)", "can't be read", mend: "is it mounted, and may this user read it?")
            }
        }
    }

    // MARK: database

    private mutating func examineDatabase(_ map: DataMap?) async {
        do {
            let target = try settings.operatorTarget()
            let (facts, catalogue) = try await PostgresConnection.withConnection(to: target) { connection in
                (try await connection.facts(), try await connection.readCatalogue())
            }
            let tls = facts.isEncrypted ? "TLS" : "no TLS"
            pass("database", "PostgreSQL \(facts.version), \(facts.encoding), \(tls), as \(facts.role)")
            if let map { examine(map, catalogue) }
        } catch {
            fail("database", error)
            return
        }
        let settings = settings
        await examineRole("exporter's role", settings.exporterUser, mayBypass: false) { try settings.exporterTarget() }
        await examineRole("verifier's role", settings.verifierUser, mayBypass: true) { try settings.verifierTarget() }
        await examineRole("eraser's role", settings.eraserUser, mayBypass: true) { try settings.eraserTarget() }
        await examineRole("retention's role", settings.retentionUser, mayBypass: false) {
            try settings.retentionTarget()
        }
        await examineRole("hunter's role", settings.hunterUser, mayBypass: true) { try settings.hunterTarget() }
        await examineRole("maintainer's role", settings.maintainerUser, mayBypass: false) {
            try settings.maintainerTarget()
        }
        await examineCompanion()
        await examineHorizon()
        await examineFence()
        if let map { await examineErasures(map) }
    }

    private mutating func examineCompanion() async {
        do {
            let isWhole = try await PostgresConnection.withConnection(to: try settings.operatorTarget()) {
                try await Companion.isWhole(on: $0)
            }
            if isWhole {
                pass("companion schema", "habeas_local, with all of its tables")
            } else {
                fail("companion schema", "habeas_local isn't there, or is of an older build", mend: "habeas init")
            }
        } catch { fail("companion schema", error) }
    }

    /// What keeps erased rows alive, or carries them where no purge gets; advice is told and is no failure.
    private mutating func examineHorizon() async {
        do {
            let findings = try await PostgresConnection.withConnection(to: try settings.operatorTarget()) {
                try await HorizonFinding.look(over: $0)
            }
            if findings.isEmpty { pass("erased rows", "nothing keeps them alive, or carries them elsewhere") }
            for finding in findings {
                lines.append(
                    Line(what: "erased rows", ok: !finding.isProblem, found: finding.message, mend: finding.mend))
            }
        } catch { fail("erased rows", error) }
    }

    /// Copies that only do crash recovery run no command at its end: they are named, since nothing can gate them.
    private mutating func examineFence() async {
        do {
            let status = try await PostgresConnection.withConnection(to: try settings.operatorTarget()) {
                try await Fence(on: $0).status()
            }
            let (found, mend) = FenceWords.finding(status)
            guard mend == nil else {
                // Before the first erasure nobody can come back.
                guard FileManager.default.fileExists(atPath: settings.erasureLedgerPath) else {
                    return pass("restore gate", "\(found); nobody was erased yet")
                }
                return fail("restore gate", found, mend: mend)
            }
            pass("restore gate", "\(found); \(FenceWords.notGated)")
            if status.isClosed { fail("restore gate", "the server is shut by it", mend: "habeas replay") }
        } catch { fail("restore gate", error) }
    }

    /// What the declared policies come to, and which copies come up without the gate.
    private mutating func examineCopies() {
        do {
            guard let copies = try settings.declaredCopies() else {
                return pass(
                    "copies in backups",
                    "none is declared, so no day is told to anybody; write them under `backups` in habeas.yaml")
            }
            let judgement = PolicyJudgement(
                copies, purgeEveryDays: try settings.purgeEveryDays(), promiseDays: try settings.alarmDays().breach)
            try judgement.check()
            for sum in judgement.sums { pass("copies in backups", "\(sum)") }
            for copy in copies {
                guard let way = copy.ungated else { continue }
                pass("restore gate", "\(copy.name) is not gated: \(way); open it by `habeas replay` before the product")
            }
        } catch { fail("copies in backups", error) }
    }

    private mutating func examineErasures(_ map: DataMap) async {
        do {
            switch try await ErasureReadiness.look(settings, map) {
            case .unchecked(let why): fail("erasures", "not checked: \(why)", mend: "habeas init")
            case .findings(let findings):
                let fatal = findings.filter(\.isFatal)
                guard let first = fatal.first else {
                    return pass(
                        "erasures", "nothing stands in their way; \(Terminal.count(findings.count, "warning"))")
                }
                fail(
                    "erasures",
                    "\(Terminal.count(fatal.count, "thing")) would stop them, the first: \(first.object): "
                        + first.message, mend: first.mend)
            }
        } catch { fail("erasures", error) }
    }

    private mutating func examineControl() async {
        do {
            let target = try settings.controlTarget()
            let rights = try await PostgresConnection.withConnection(to: target) { connection in
                try await Migrator.check(connection)
                return try await AuditReader(connection).rights()
            }
            pass("control database", "schema habeas at version \(Migrator.version), as \(settings.controlUser)")
            if rights.canAppend, !rights.canChange {
                pass("audit chain", "\(settings.controlUser) may append, and change nothing")
            } else {
                let found = rights.canAppend ? "may change what was written" : "may not append"
                fail("audit chain", "\(settings.controlUser) \(found)", mend: "habeas init")
            }
        } catch let error as PostgresError where error.code == .cannotConnect {
            fail(
                "control database", error.description,
                mend: "`habeas init` makes the role \(settings.controlUser) and the schema; is its password set?")
        } catch {
            fail("control database", error)
        }
    }

    private mutating func examine(_ map: DataMap, _ catalogue: Catalogue) {
        let findings = MapCheck.findings(map, catalogue, reader: settings.exporterUser)
        let errors = findings.filter { $0.severity == .error }
        if errors.isEmpty {
            pass("map and database", "they agree; \(Terminal.count(findings.count, "warning")), see `habeas map check`")
        } else {
            fail(
                "map and database",
                "\(Terminal.count(errors.count, "error")), the first: \(errors[0].object): \(errors[0].message)",
                mend: "`habeas map check` shows all")
        }
    }

    private mutating func examineRole(
        _ what: String, _ name: String, mayBypass: Bool, _ target: () throws -> ConnectionTarget
    ) async {
        do {
            let facts = try await PostgresConnection.withConnection(to: try target()) { try await $0.facts() }
            if facts.bypassesRowSecurity == mayBypass {
                pass(what, "\(facts.role), " + (mayBypass ? "past row security" : "bound by row security"))
            } else {
                fail(
                    what, "\(facts.role) is " + (mayBypass ? "bound by row security" : "not bound by row security"),
                    mend: "habeas init")
            }
        } catch {
            fail(
                what, CommandFailure(error).message, mend: "`habeas init` makes the role \(name); is its password set?")
        }
    }
}

extension DeclaredCopy {
    /// How it comes up without archive recovery, at whose end the gate is shut; nil where it can't.
    fileprivate var ungated: String? {
        switch source {
        case .pgBackRest, .barman: nil
        case .baseBackup: "started without recovery.signal it does crash recovery only"
        case .dump: "a dump is loaded into a server that is open"
        case .attestation(let attestation): "nobody knows how \(attestation.what) come up"
        }
    }
}
