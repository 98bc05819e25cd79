internal import ArgumentParser
internal import AuditLedger
internal import FoundationEssentials
internal import ObjectStore
internal import PostgresAccess
internal import RightsCore
internal import SystemPackage

/// `habeas audit`: the chain of what was done.
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Show, verify, export and prune the audit chain.",
        discussion: """
            show, verify and export read the control database of the settings; without one, \
            and signed in by `habeas login`, they go through the service.
            """,
        subcommands: [Show.self, Verify.self, Export.self, Prune.self])

    /// `habeas audit show`
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Print the newest entries, oldest first.",
            discussion: "EXAMPLES\n  habeas audit show\n  habeas audit show --request ID --limit 1000 --json")
        @Option(help: ArgumentHelp("Only entries on this request.", valueName: "id"))
        var request: String?
        @Option(help: ArgumentHelp("How many at most, 1 to 10000.", valueName: "number"))
        var limit = 50
        @OptionGroup var common: CommonOptions

        func run() async throws {
            guard (1...10_000).contains(limit) else {
                throw CommandFailure(.usage, code: "usage", "--limit is a number from 1 to 10000")
            }
            var filter = AuditFilter()
            if let request {
                guard let id = RequestID(request) else {
                    throw CommandFailure(.usage, code: "usage", "--request is the id of a request: a UUID")
                }
                filter.request = id
            }
            let settings = try await Settings(file: common.config)
            let shown: Void? = try await AuditThroughService.ifSignedIn(settings) { audit in
                try print(await audit.newest(self.limit, of: filter.request?.text))
            }
            guard shown == nil else { return }
            let (limit, wanted) = (limit, filter)
            let entries = try await PostgresConnection.withConnection(to: try settings.controlTarget()) {
                try await AuditReader($0).latest(limit: limit, wanted)
            }
            try print(entries)
        }

        /// Pages of the API, the newest first.
        private func print(_ pages: [StaffAnswer]) throws {
            guard !common.json else { return pages.forEach { Terminal.print($0.json) } }
            let entries = try pages.flatMap { try $0.read(PageOf<AuditEntryDocument>.self).items }
            Terminal.print(Table(trail: entries.reversed()).text())
        }

        private func print(_ entries: [AuditRecord]) throws {
            guard !common.json else { return try Terminal.printJSON(entries.map { AuditEntrySummary($0) }) }
            let rows = entries.map { entry in
                [String(entry.seq), entry.at.rfc3339, entry.action, entry.actor, entry.request ?? "", entry.facts]
            }
            Terminal.print(Terminal.table(["Entry", "Time", "Action", "Actor", "Request", "Facts"], rows))
        }
    }

    /// `habeas audit verify`
    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "verify",
            abstract: "Check the chain, or an export of it: every hash, number, time and signature.",
            discussion: """
                Without --file it reads the control database, and the copies of checkpoints \
                in the folder of archives. Ends with status 6 and names the first bad entry when \
                something was altered, removed, added or reordered; with status 3 when \
                signatures could not be checked for want of a key, or an export has no \
                signature for its end.

                EXAMPLES
                  habeas audit verify
                  habeas audit verify --file audit.jsonl --key published.json
                """)
        @Option(help: ArgumentHelp("An export, instead of the control database.", valueName: "file"))
        var file: String?
        @Option(help: ArgumentHelp("A published key; may be given several times.", valueName: "file"))
        var key: [String] = []
        @OptionGroup var common: CommonOptions

        func run() async throws {
            let settings = try await Settings(file: common.config)
            let keys = try VerifyingKeys.read(key, settings)
            if let file { return try AuditFile(file).judge(keys: keys, asJSON: common.json) }
            let judged: Void? = try await AuditThroughService.ifSignedIn(settings) { audit in
                try await audit.judge(keys, asJSON: common.json)
            }
            guard judged == nil else { return }
            let copies = CheckpointCopies(archives: settings.archivesPath)
            let report = try await PostgresConnection.withConnection(to: try settings.controlTarget()) {
                try await AuditLog.verify(on: $0, keys: keys, copies: copies)
            }
            try AuditJudgement(report, of: "the audit chain", file: nil).print(asJSON: common.json)
        }
    }

    /// `habeas audit export`
    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "export", abstract: "Write the whole chain as JSON lines, signed at its end.",
            discussion: """
                Appends an entry that says so, signs a checkpoint, and writes all entries and \
                checkpoints. A broken chain is not signed, so not exported.

                EXAMPLES
                  habeas audit export --output audit.jsonl
                  habeas audit export --output - | gzip > audit.jsonl.gz
                """)
        @Option(
            name: [.short, .long],
            help: ArgumentHelp("A file that doesn't exist yet, or “-” for standard output.", valueName: "file"))
        var output: String
        @OptionGroup var common: CommonOptions

        func run() async throws {
            guard !output.isEmpty else { throw CommandFailure(.usage, code: "usage", "--output is empty") }
            let settings = try await Settings(file: common.config)
            let sent: Void? = try await AuditThroughService.ifSignedIn(settings) { try await fetch($0) }
            guard sent == nil else { return }
            let keys = try KeyRing(folder: settings.keysPath)
            let actor = try settings.operatorActor()
            let checkpoints = AuditCheckpoints(keys: keys, archives: settings.archivesPath)
            let file = output == "-" ? nil : try NewFile(path: output)
            let outcome = try await PostgresConnection.withConnection(to: try settings.controlTarget()) { connection in
                try await connection.append(AuditEntry(.auditExported, by: actor))
                try await checkpoints.sign(on: connection, now: Clock.now)
                return try await AuditExport.write(from: connection, keys: keys, now: Clock.now) { bytes in
                    try Task.checkCancellation()
                    if let file { try file.write(unsafe bytes.span.bytes) } else { try Self.write(bytes) }
                }
            }
            try file?.synchronize()
            try file?.publish()
            try report(outcome)
        }

        private func fetch(_ audit: AuditThroughService) async throws {
            let file = output == "-" ? nil : try NewFile(path: output)
            try await audit.export { bytes in
                if let file { try file.write(unsafe bytes.span.bytes) } else { try Self.write(bytes) }
            }
            try file?.synchronize()
            try file?.publish()
            Terminal.note("the chain as \(audit.client.address.text) sent it; `habeas audit verify --file` judges it")
        }

        private static func write(_ bytes: [UInt8]) throws {
            do { _ = try FileDescriptor.standardOutput.writeAll(bytes) } catch {
                throw CommandFailure(.failed, code: "file.unusable", "standard output can't be written")
            }
        }

        private func report(_ outcome: AuditExport.Outcome) throws {
            if common.json, output != "-" {
                return try Terminal.printJSON(
                    Summary(
                        entries: outcome.entries, checkpoints: outcome.checkpoints, last: outcome.last, file: output))
            }
            Terminal.note(
                "\(Terminal.count(outcome.entries, "entry", "entries")) and "
                    + "\(Terminal.count(outcome.checkpoints, "checkpoint")), up to entry \(outcome.last)")
        }

        private struct Summary: Encodable {
            let entries: Int
            let checkpoints: Int
            let last: Int
            let file: String
        }
    }

    /// `habeas audit prune`
    struct Prune: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "prune", abstract: "Remove entries at the end of their own retention.",
            discussion: """
                Checks the whole chain, signs up to where it goes, then removes those entries and \
                appends one that says so. The rest stays verifiable.

                EXAMPLES
                  habeas audit prune
                  habeas audit prune --keep-months 36
                """)
        @Option(help: ArgumentHelp("How long entries are kept, 24 months at least.", valueName: "number"))
        var keepMonths = AuditPruning.shortest
        @OptionGroup var common: CommonOptions

        func run() async throws {
            let settings = try await Settings(file: common.config)
            let pruning = try AuditPruning(
                keys: try KeyRing(folder: settings.keysPath), archives: settings.archivesPath)
            let (actor, months) = (try settings.operatorActor(), keepMonths)
            let outcome = try await PostgresConnection.withConnection(to: try settings.controlTarget()) {
                try await pruning.run(keepFor: months, by: actor, on: $0, now: Clock.now)
            }
            guard !common.json else {
                return try Terminal.printJSON(Summary(removed: outcome?.removed ?? 0, through: outcome?.through))
            }
            Terminal.print(
                outcome.map { "removed \(Terminal.count($0.removed, "entry", "entries")), up to entry \($0.through)" }
                    ?? "nothing is older than \(keepMonths) months")
        }

        private struct Summary: Encodable {
            let removed: Int
            let through: Int?
        }
    }
}

/// What `--json` prints of an entry.
private struct AuditEntrySummary: Encodable {
    let seq: Int
    let at: String
    let action: String
    let actor: String
    let request: String?
    let subject: String?
    let facts: String
    let previous: String
    let hash: String

    init(_ record: AuditRecord) {
        seq = record.seq
        at = record.at.rfc3339
        action = record.action
        actor = record.actor
        request = record.request
        subject = record.subject?.hex
        facts = record.facts
        previous = record.previous.hex
        hash = record.hash.hex
    }
}
