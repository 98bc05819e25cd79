internal import ArgumentParser
internal import DataMap
internal import FoundationEssentials
internal import ObjectStore
internal import PostgresAccess
internal import SystemPackage

extension MapCommand {
    /// `habeas map init`
    struct Propose: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "init", abstract: "Propose a data map for a database from its catalogue.",
            discussion: """
                Reads keys, names, types, comments, policies and row estimates; not one row. \
                Each guess is marked “# guess: why” at the end of its line, each value that \
                only a person can know “# decide: question”. `habeas map check` lists the \
                marks that are left.

                EXAMPLES
                  habeas map init
                  habeas map init --schema app --subject app.users --output app.map.yaml
                  habeas map init --output - | less
                """)
        @Option(
            help: ArgumentHelp(
                "A schema to describe; again for more. All with tables unless given.", valueName: "schema"))
        var schema: [String] = []
        @Option(
            help: ArgumentHelp(
                "A table with one row a person; again for more kinds. Found by itself unless given.",
                valueName: "schema.table"))
        var subject: [String] = []
        @Option(
            name: [.short, .long],
            help: ArgumentHelp(
                "The file to write; - for standard output. SERVICE.map.yaml unless given.", valueName: "file"))
        var output: String?
        @Flag(help: "Replace the file if it is there.")
        var force = false
        @OptionGroup var common: CommonOptions

        func validate() throws {
            if output == "-" && common.json {
                throw ValidationError("--output - prints the map, so --json needs another --output.")
            }
        }

        func run() async throws {
            let settings = try await Settings(file: common.config)
            let people = try subject.map(Self.table)
            let (facts, catalogue) = try await PostgresConnection.withConnection(to: try settings.operatorTarget()) {
                (try await $0.facts(), try await $0.readCatalogue())
            }
            let proposal = try MapProposal(
                catalogue, service: facts.database, schemas: schema.map { Identifier($0) }, people: people)
            let text = proposal.text
            let path = output ?? "\(proposal.serviceName).map.yaml"
            if path == "-" {
                Terminal.write(text, to: .standardOutput)
            } else {
                try write(text, to: path)
            }
            let summary = ProposalSummary(proposal, marks: MapMarks.marks(in: text), path: path)
            if common.json { return try Terminal.printJSON(summary) }
            path == "-" ? Terminal.note(summary.words) : Terminal.print(summary.words)
        }

        private static func table(_ text: String) throws -> TableName {
            guard let table = TableName(text) else {
                throw ValidationError("“\(text)” is not a table written schema.table.")
            }
            return table
        }

        private func write(_ text: String, to path: String) throws {
            if !force && FileManager.default.fileExists(atPath: path) {
                throw CommandFailure(
                    .failed, code: "file.exists", "\(path) is there already; nothing was written",
                    hint: "another --output, or --force to replace it")
            }
            try WholeFile.replace(path, with: Array(text.utf8), mode: 0o644)
        }
    }
}

/// What a proposal holds, counted.
private struct ProposalSummary: Encodable {
    struct Mark: Encodable {
        let line: Int
        let path, text: String
    }
    struct Table: Encodable { let table, reason: String }

    let path, service: String
    let kinds: [String]
    let collections, guesses, decisions, aboutRows, notIncluded: Int
    let undecided: [Table]
    let marks: [Mark]

    init(_ proposal: MapProposal, marks: [MapMark], path: String) {
        self.path = path
        service = proposal.serviceName
        kinds = proposal.kinds
        collections = proposal.collectionCount
        decisions = marks.count { $0.note.isDecision }
        guesses = marks.count - decisions
        aboutRows = marks.count(where: \.isAboutRows)
        notIncluded = proposal.excludedCount
        undecided = proposal.undecidedTables.map { Table(table: "\($0.table)", reason: $0.reason) }
        self.marks = marks.map { Mark(line: $0.line, path: $0.path, text: $0.note.text) }
    }

    /// For people, with what to do next.
    var words: String {
        let file = path == "-" ? "FILE" : path
        var lines = [
            path == "-" ? "a map of \(service)" : "\(path): a map of \(service)",
            "  \(Terminal.count(kinds.count, "kind")) of people: \(kinds.joined(separator: ", "))",
            "  \(Terminal.count(collections, "collection")), "
                + "\(Terminal.count(notIncluded, "table")) proposed to be left out",
            "  \(Terminal.count(guesses, "guess", "guesses")) to look at, \(Terminal.count(decisions, "decision")) to make; "
                + "\(aboutRows) of them about whose rows they are",
        ]
        if !undecided.isEmpty {
            lines.append(
                "  \(Terminal.count(undecided.count, "table")) undecided, which stop exports until you decide:")
            lines += undecided.prefix(10).map { "    \($0.table): \($0.reason)" }
            if undecided.count > 10 { lines.append("    … and \(undecided.count - 10) more, at the end of the map") }
        }
        lines += [
            "next:",
            "  look at the lines marked “# guess:” and “# decide:”, correct them, delete the comments",
            "  habeas map check --map \(file)     what is wrong with it, and which marks are left",
            "  habeas init --map \(file)          the database roles for exports (as a superuser)",
            "  habeas keys init                   the key that signs archives",
        ]
        return lines.joined(separator: "\n")
    }
}
