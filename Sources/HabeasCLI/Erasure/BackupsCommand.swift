internal import ArgumentParser
internal import BackupTruth
internal import Erasing
internal import ErasureLedger
internal import PostgresAccess
internal import RequestLedger
internal import RightsCore
internal import RightsEngine

/// `habeas backups`: what backups still hold of people who were erased.
struct BackupsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backups", abstract: "What backups still hold of people who were erased, and until when.",
        discussion: """
            The copies are declared in habeas.yaml, under `backups`. The service looks at them \
            every day.

            EXAMPLES
              habeas backups status
              habeas backups scan --json
              habeas backups drill --output /srv/drills
            """,
        subcommands: [Status.self, Scan.self, Annotation.self, DrillCommand.self])

    /// `habeas backups status`
    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "status", abstract: "Print what the service saw last, erasure by erasure.",
            discussion: """
                Ends with status 1 when a copy is past the day it should be gone by and \
                --fail-on-late is given.

                EXAMPLES
                  habeas backups status
                  habeas backups status --fail-on-late --json
                """)
        @Flag(help: "Status 1 when a copy should be gone and isn't.") var failOnLate = false
        @OptionGroup var common: CommonOptions

        func run() async throws {
            let settings = try await Settings(file: common.config)
            let copies = try BackupsCommand.copies(settings)
            let watches = try await settings.withControl { control in
                try await control.connection { try await $0.openBackupWatches(limit: 1000) }
            }
            if common.json {
                try Terminal.printJSON(StatusDocument(copies: copies, watches: watches))
            } else {
                Terminal.print(Table(copies: copies, purgeEveryDays: try settings.purgeEveryDays()).text())
                if watches.isEmpty { Terminal.note("no backup is known to hold anything of anybody erased") }
                if !watches.isEmpty { Terminal.print("\n" + Table(watches: watches).text()) }
            }
            let isLate = watches.contains { $0.stage != AlarmDays.Stage.calm.rawValue }
            if failOnLate, isLate { throw ExitStatusError(status: .failed) }
        }
    }

    /// `habeas backups scan`
    struct Scan: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "scan", abstract: "Read every declared copy now, and judge each erasure by it.",
            discussion: """
                Nothing is written: the service looks by itself every day. Ends with status 3 \
                when a copy couldn't be read whole.

                EXAMPLES
                  habeas backups scan
                  habeas backups scan --json
                """)
        @OptionGroup var mapOptions: MapOptions
        @OptionGroup var common: CommonOptions

        func run() async throws {
            let settings = try await Settings(file: common.config, flags: mapOptions.flags)
            let scan = try await ServiceErasures.with(settings) { erasures in
                guard let backups = erasures.backups else { throw BackupsCommand.nothingDeclared }
                let look = try await BackupLook.take(backups, erasures.tools, at: Clock.now)
                return ScanDocument(
                    readings: look.readings,
                    erasures: try await settings.withControl { try await Self.judge(look, $0) })
            }
            if common.json { try Terminal.printJSON(scan) } else { Terminal.print(scan.text) }
            guard scan.copies.allSatisfy(\.obstacles.isEmpty) else { throw ExitStatusError(status: .refused) }
        }

        private static func judge(
            _ look: BackupLook, _ control: ControlDatabase
        ) async throws -> [ScanDocument.Erasure] {
            let requests = try await control.connection {
                try await $0.requestsToWatch(lookedBefore: Clock.now, limit: 10_000)
            }
            var judged: [ScanDocument.Erasure] = []
            for id in requests {
                let parts = look.parts(of: try await control.connection { try await $0.runs(of: id) })
                guard !parts.isEmpty else { continue }
                judged.append(ScanDocument.Erasure(id, look.outlook(parts)))
            }
            return judged
        }
    }

    /// `habeas backups annotation`
    struct Annotation: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "annotation",
            abstract: "Print what binds the erasure ledger into the backup about to be made.",
            discussion: """
                The backup then says itself how far the ledger went. A ledger that lost an entry \
                since is found out by it, at every look at the copies.

                EXAMPLES
                  pgbackrest --stanza=main backup $(habeas backups annotation)
                  pg_basebackup $(habeas backups annotation --for pg_basebackup) -D /srv/base/new
                """)
        @Option(name: .customLong("for"), help: "pgbackrest or pg_basebackup.") var tool: BackupProgram =
            .pgbackrest
        @OptionGroup var mapOptions: MapOptions
        @OptionGroup var common: CommonOptions

        func run() async throws {
            let settings = try await Settings(file: common.config, flags: mapOptions.flags)
            let head = try await ServiceErasures.with(settings) { try await $0.tools.ledger().head() }
            let arguments = head.seq > 0 ? tool.arguments(for: LedgerBinding(head)) : []
            if common.json { return try Terminal.printJSON(["arguments": arguments]) }
            if arguments.isEmpty { return Terminal.note("the erasure ledger has no entry yet: nothing to bind") }
            Terminal.print(arguments.joined(separator: " "))
        }
    }

    static var nothingDeclared: CommandFailure {
        CommandFailure(
            .failed, code: "settings.missing", "no copy is declared",
            hint: "write every place where copies of the database lie under `backups` in habeas.yaml")
    }

    static func copies(_ settings: Settings) throws -> [DeclaredCopy] {
        guard let copies = try settings.declaredCopies() else { throw nothingDeclared }
        return copies
    }
}

/// A program that makes backups and lets one be named or annotated.
enum BackupProgram: String, CaseIterable, ExpressibleByArgument {
    case pgbackrest
    case pgBaseBackup = "pg_basebackup"

    /// What it is called with.
    func arguments(for binding: LedgerBinding) -> [String] {
        switch self {
        case .pgbackrest: binding.annotations.map { "--annotation=\($0.key)=\($0.value)" }
        case .pgBaseBackup: ["--label=\(binding.label)"]
        }
    }
}

/// What the service saw last.
private struct StatusDocument: Encodable {
    struct Copy: Encodable {
        let name: String
        let policyDays: Int
    }

    struct Erasure: Encodable {
        let request: String
        let erasedAt: String
        let lookedAt: String?
        let standing: String
        let stage: String
        let until: String?
        let toldUntil: String?
    }

    let copies: [Copy]
    let erasures: [Erasure]

    init(copies: [DeclaredCopy], watches: [BackupWatch]) {
        self.copies = copies.map { Copy(name: $0.name, policyDays: $0.policy.days) }
        erasures = watches.map { watch in
            Erasure(
                request: watch.request.text, erasedAt: watch.erasedAt.rfc3339,
                lookedAt: watch.lookedAt.microseconds == 0 ? nil : watch.lookedAt.rfc3339, standing: watch.standing,
                stage: watch.stage, until: watch.until?.rfc3339, toldUntil: watch.toldUntil?.description)
        }
    }
}

/// What was read now.
private struct ScanDocument: Encodable, Sendable {
    struct Copy: Encodable, Sendable {
        let name: String
        let backups: [String]
        /// By backup the number of the ledger's last entry when it was begun.
        let bound: [String: Int]
        let obstacles: [String]
    }

    struct Erasure: Encodable, Sendable {
        struct Copy: Encodable, Sendable {
            let name: String
            let standing: String
            let until: String?
            let resurrecting: [String]
            let holding: Int
        }

        let request: String
        let standing: String
        let stage: String
        let until: String?
        let copies: [Copy]

        init(_ request: RequestID, _ outlook: Outlook) {
            self.request = request.text
            standing = (outlook.standing ?? .unknown).rawValue
            stage = outlook.stage.rawValue
            until = outlook.until?.rfc3339
            copies = outlook.copies.map {
                Copy(
                    name: $0.name, standing: ($0.standing ?? .unknown).rawValue, until: $0.until?.rfc3339,
                    resurrecting: $0.resurrecting, holding: $0.holding)
            }
        }
    }

    let copies: [Copy]
    let erasures: [Erasure]

    init(readings: [CopyReading], erasures: [Erasure]) {
        copies = readings.map { reading in
            Copy(
                name: reading.copy, backups: reading.backups.map(\.label),
                bound: Dictionary(
                    reading.backups.compactMap { backup in backup.binding.map { (backup.label, $0.head.seq) } }
                ) { first, _ in first },
                obstacles: reading.obstacles.map { "\($0.kind.rawValue): \($0.description)" })
        }
        self.erasures = erasures
    }

    var text: String {
        var lines = copies.map { copy in
            "\(copy.name): \(Terminal.count(copy.backups.count, "backup"))"
                + copy.obstacles.map { "\n  ! \($0)" }.joined()
        }
        if erasures.isEmpty { lines.append("nobody was erased whose copies are still of interest") }
        lines += erasures.map { erasure in
            let until = erasure.until.map { ", until \(LocalTime.text($0))" } ?? ""
            return "\(erasure.request): \(erasure.standing)\(until)"
                + erasure.copies.filter { $0.standing != Standing.purged.rawValue }.map { copy in
                    "\n  \(copy.name): \(copy.standing)"
                        + (copy.resurrecting.isEmpty ? "" : " by \(copy.resurrecting.joined(separator: ", "))")
                }.joined()
        }
        return lines.joined(separator: "\n")
    }
}

extension Table {
    fileprivate init(copies: [DeclaredCopy], purgeEveryDays: Int) {
        let sums = PolicyJudgement(copies, purgeEveryDays: purgeEveryDays).sums
        self.init(
            columns: [
                Column(title: "Copy"), Column(title: "Days", isNumber: true), Column(title: "How they add up", rank: 1),
            ],
            rows: sums.map { [$0.copy, "\($0.days)", $0.terms.map(\.description).joined(separator: " + ")] })
    }

    fileprivate init(watches: [BackupWatch]) {
        self.init(
            columns: [
                Column(title: "Request"), Column(title: "Erased"), Column(title: "Backups"), Column(title: "Stage"),
                Column(title: "Until"),
            ],
            rows: watches.map { watch in
                [
                    watch.request.text, LocalTime.text(watch.erasedAt),
                    watch.lookedAt.microseconds == 0 ? "not looked at yet" : watch.standing, watch.stage,
                    watch.until.map { LocalTime.text($0) } ?? "no end foretold",
                ]
            })
    }
}
