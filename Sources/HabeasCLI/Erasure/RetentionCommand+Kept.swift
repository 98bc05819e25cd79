internal import ArgumentParser
internal import AuditLedger
internal import Erasing
internal import PostgresAccess
internal import RightsCore

extension RetentionCommand {
    /// `habeas retention list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "What statutes keep of people who were erased, and until when.",
            discussion: """
                Counts and dates. --records prints the documents themselves, over the role of \
                retention: it needs a purpose, which is written down in the store, and that \
                they were read is in the audit log.

                EXAMPLES
                  habeas retention list
                  habeas retention list --records --purpose "tax audit 2026, ticket T-88" --json
                """)
        @Flag(help: "Print the documents themselves; needs --purpose.") var records = false
        @Option(help: ArgumentHelp("What they are read for; written down.", valueName: "words"))
        var purpose: String?
        @OptionGroup var mapOptions: MapOptions
        @OptionGroup var common: CommonOptions

        func validate() throws {
            guard records == (purpose != nil) else { throw ValidationError("--records and --purpose go together") }
            guard let purpose else { return }
            guard (3...500).contains(purpose.count), purpose.contains(where: \.isLetter) else {
                throw ValidationError("--purpose says in 3 to 500 characters what the documents are read for")
            }
        }

        func run() async throws {
            let settings = try await Settings(file: common.config, flags: mapOptions.flags)
            if let purpose { return try await read(settings, for: purpose) }
            let counts = try await ServiceErasures.with(settings) { try await $0.eraser.retained() }
            if common.json { return try Terminal.printJSON(counts) }
            guard !counts.isEmpty else { return Terminal.note("no statute keeps anything of anybody erased") }
            Terminal.print(Table(retained: counts).text())
        }

        private func read(_ settings: Settings, for purpose: String) async throws {
            let actor = try settings.operatorActor()
            try await PostgresConnection.withConnection(to: try settings.controlTarget()) {
                _ = try await $0.append(AuditEntry(.retentionRead, by: actor))
            }
            let found = try await PostgresConnection.withConnection(to: try settings.retentionTarget()) {
                try await RetainedRecord.read(for: purpose, over: $0)
            }
            if common.json {
                let lines = found.map { "  \($0.json)" }
                return Terminal.print(lines.isEmpty ? "[]" : "[\n\(lines.joined(separator: ",\n"))\n]")
            }
            if found.isEmpty { Terminal.note("no statute keeps anything of anybody erased") }
            for record in found {
                Terminal.print(
                    "\(record.document) of \(record.issuedOn), kept until \(record.retainUntil): \(record.citation)\n"
                        + "  \(record.record)")
            }
        }
    }

    /// `habeas retention purge`
    struct Purge: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "purge", abstract: "End what statutes keep no longer. The service does so every day.",
            discussion: """
                Each document carries its last day, so this is right after a restore, too.

                EXAMPLES
                  habeas retention purge --dry-run
                  habeas retention purge --json
                """)
        @Flag(help: "Print what would go, and let it be.") var dryRun = false
        @OptionGroup var mapOptions: MapOptions
        @OptionGroup var common: CommonOptions

        func run() async throws {
            let settings = try await Settings(file: common.config, flags: mapOptions.flags)
            let today = try settings.today()
            let lines = try await ServiceErasures.with(settings) { erasures in
                if dryRun { return try await erasures.eraser.retained().filter { $0.until < today }.map(Line.init) }
                let lines = try await erasures.eraser.purgeRetained(today: today).map(Line.init)
                try await note(lines, settings)
                _ = try await erasures.eraser.eraseRetainedFiles()
                return lines
            }
            if common.json { return try Terminal.printJSON(lines) }
            let documents = lines.reduce(0) { $0 + $1.documents }
            for line in lines { Terminal.print("\(line.collection): \(line.documents), kept until \(line.until)") }
            Terminal.print("\(Terminal.count(documents, "document")) \(dryRun ? "would go" : "gone")")
        }

        private func note(_ lines: [Line], _ settings: Settings) async throws {
            guard !lines.isEmpty else { return }
            let actor = try settings.operatorActor()
            try await PostgresConnection.withConnection(to: try settings.controlTarget()) { connection in
                for line in lines {
                    var facts: [String: AuditFact] = [
                        "documents": .number(line.documents),
                        "collection": .code(line.collection.replacing("_", with: "-")),
                    ]
                    if let run = line.run { facts["run"] = .id(run) }
                    _ = try await connection.append(AuditEntry(.retentionPurged, by: actor, facts))
                }
            }
        }

        private struct Line: Encodable {
            let run: String?
            let collection: String
            let until: String
            let documents: Int

            init(_ purged: PurgedDocuments) {
                run = purged.run
                collection = purged.collection
                until = "\(purged.until)"
                documents = purged.documents
            }

            init(_ count: RetainedCount) {
                run = nil
                collection = count.collection
                until = "\(count.until)"
                documents = count.documents
            }
        }
    }
}

extension Table {
    init(retained counts: [RetainedCount]) {
        columns = [
            Column(title: "Until"), Column(title: "Documents", isNumber: true), Column(title: "Document"),
            Column(title: "Collection", rank: 2), Column(title: "Statute", rank: 3), Column(title: "Law", rank: 1),
        ]
        rows = counts.map {
            ["\($0.until)", "\($0.documents)", $0.document, $0.collection, $0.statute, $0.citation]
        }
    }
}
