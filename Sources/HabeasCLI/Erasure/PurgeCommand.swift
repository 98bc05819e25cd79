internal import ArgumentParser
internal import AuditLedger
internal import DataMap
internal import Erasing
internal import PostgresAccess
internal import RightsCore

/// `habeas purge`: what erased rows left in the files of the database.
struct PurgeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "purge", abstract: "Remove the bytes that erased rows left in the database's files.",
        subcommands: [Plan.self, Run.self])

    /// `habeas purge plan`
    struct Plan: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "plan", abstract: "What a purge would do, lock and cost. Nothing is changed.",
            discussion: """
                EXAMPLES
                  habeas purge plan
                  habeas purge plan --rewriting none --level unreferenced --json
                  habeas purge plan --sql > purge.sql
                """)
        @Flag(help: "Print the SQL for the tables' owner instead.") var sql = false
        @OptionGroup var purge: PurgeOptions
        @OptionGroup var mapOptions: MapOptions
        @OptionGroup var common: CommonOptions

        func run() async throws {
            let settings = try await Settings(file: common.config, flags: mapOptions.flags)
            let plan = try await purge.plan(settings)
            if sql { return Terminal.print(plan.sql.joined(separator: "\n")) }
            if common.json { return try Terminal.printJSON(plan) }
            Terminal.print(plan.text)
        }
    }

    /// `habeas purge run`
    struct Run: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "run", abstract: "Purge, or go on with a purge; status 3 when something is left.",
            discussion: """
                It may be stopped at any moment: run again, it goes on. While a table is written \
                anew, nobody reads or writes it.

                EXAMPLES
                  habeas purge run
                  habeas purge run --window 22:30-05:00 --json
                """)
        @Option(help: ArgumentHelp("Hours to work in, by the clocks of clock.zone.", valueName: "hh:mm-hh:mm"))
        var window: String?
        @Option(
            help: ArgumentHelp(
                "Look in all files for these texts at the end, one on each line; “-” is standard input.",
                valueName: "file"))
        var canaries: String?
        @OptionGroup var purge: PurgeOptions
        @OptionGroup var mapOptions: MapOptions
        @OptionGroup var common: CommonOptions

        func run() async throws {
            let settings = try await Settings(file: common.config, flags: mapOptions.flags)
            let people = try hunted()
            var patience = PurgeSettings()
            patience.window = try window.map { try parsed($0, settings) }
            let isWatched = Terminal.isWatched && !common.json
            let target = try purge.target(settings)
            let purger = Purger(
                target, settings: patience, people: people, repack: { try await RepackProgram(target: target).run($0) },
                now: { Clock.now },
                note: { if isWatched { Terminal.note(Self.words($0)) } })
            let result = try await purger.run(try await purge.plan(settings))
            if common.json { try Terminal.printJSON(result) } else { Terminal.print(result.text) }
            await note(result, settings)
            if result.ending != .purged { throw ExitStatusError(status: .refused) }
        }

        /// Whom to look for in the files.
        private func hunted() throws -> [HuntedPerson] {
            guard canaries != nil else { return [] }
            let texts = try CanaryFile.read(canaries)
            guard !texts.isEmpty else {
                throw CommandFailure(.usage, code: "usage", "--canaries names nothing to look for")
            }
            return [CanaryFile.hunted(texts)]
        }

        /// Has the audit chain remember it; a purge that it can't be told of is done all the same.
        private func note(_ result: PurgeResult, _ settings: Settings) async {
            let reached = result.tables.filter { $0.level >= result.level }.count
            do {
                try await settings.tellAudit(
                    AuditEntry(
                        .databasePurged, by: try settings.operatorActor(),
                        [
                            "ending": .code(result.ending.rawValue), "level": .code(result.level.rawValue),
                            "tables": .number(result.tables.count), "reached": .number(reached),
                        ]))
            } catch { Terminal.note("habeas: warning: the audit chain wasn't told: \(CommandFailure(error).message)") }
        }

        private func parsed(_ text: String, _ settings: Settings) throws -> MaintenanceWindow {
            let zone = try settings.found("clock.zone").map { try TimeZones().zone($0.value) } ?? .utc
            guard let window = MaintenanceWindow(text, zone: zone) else {
                throw CommandFailure(.usage, code: "usage", "--window is written as 22:30-05:00")
            }
            return window
        }

        private static func words(_ event: Purger.Event) -> String {
            switch event {
            case .began(let step): "\(step.action.rawValue) \(step.object.written)"
            case .done(let step): "\(step.action.rawValue) \(step.object.written): done"
            case .waiting(let step, let what): "\(step.action.rawValue) \(step.object.written) waits: \(what)"
            }
        }
    }
}

/// What both commands are told.
struct PurgeOptions: ParsableArguments {
    @Option(help: "unreferenced or physical.") var level: PurgeLevel = .physical
    @Option(help: "none, vacuum-full or repack: how tables may be written anew.")
    var rewriting: PurgeQuestion.Rewriting = .vacuumFull
    @Flag(name: .customLong("operator"), help: "Work over database.url, not as habeas_maintainer.")
    var isOperator = false

    func target(_ settings: Settings) throws -> ConnectionTarget {
        isOperator ? try settings.operatorTarget() : try settings.maintainerTarget()
    }

    func plan(_ settings: Settings) async throws -> PurgePlan {
        let question = PurgeQuestion(
            tables: PurgeQuestion.tables(of: try settings.map()), level: level, rewriting: rewriting)
        return try await PostgresConnection.withConnection(to: try target(settings)) {
            try await PurgePlan.make(question, over: $0)
        }
    }
}

extension PurgeLevel: ExpressibleByArgument {}
extension PurgeQuestion.Rewriting: ExpressibleByArgument {}
