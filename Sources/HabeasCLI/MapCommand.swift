internal import ArgumentParser
internal import DataMap
internal import Erasing
internal import Exporting
internal import PostgresAccess
internal import RightsCore

/// `habeas map`: the data map against the database it describes.
struct MapCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "map", abstract: "Propose a data map, check it against the database, or show what it says.",
        subcommands: [Propose.self, Check.self, Show.self])

    /// `habeas map check`
    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check", abstract: "Compare the map with the live catalogue; status 1 on findings.",
            discussion: """
                Errors stop exports; warnings don't. Both are findings, so that CI sees \
                them; --allow-warnings lets warnings pass. Guesses of `habeas map init` that \
                nobody has confirmed are warnings too. What stands in the way of erasures is \
                looked for with the eraser's role, once `habeas init` has made it.

                EXAMPLES
                  habeas map check
                  habeas map check --map shop.map.yaml --allow-warnings --json
                """)
        @Flag(help: "Exit 0 when there are warnings only.")
        var allowWarnings = false
        @OptionGroup var mapOptions: MapOptions
        @OptionGroup var common: CommonOptions

        func run() async throws {
            let settings = try await Settings(file: common.config, flags: mapOptions.flags)
            let map = try settings.map()
            let catalogue = try await PostgresConnection.withConnection(to: try settings.operatorTarget()) {
                try await $0.readCatalogue()
            }
            var findings =
                MapCheck.findings(map, catalogue, reader: settings.exporterUser)
                + MapMarks.findings(in: try settings.mapText())
            switch try await ErasureReadiness.look(settings, map) {
            case .findings(let found): findings += found.compactMap { MapFinding($0, besides: findings) }
            case .unchecked(let why): Terminal.note("erasures weren't checked: \(why)")
            }
            try report(findings, map, catalogue)
            let counted = allowWarnings ? findings.filter { $0.severity == .error } : findings
            if !counted.isEmpty { throw ExitStatusError(status: .failed) }
        }

        private func report(_ findings: [MapFinding], _ map: DataMap, _ catalogue: Catalogue) throws {
            if common.json {
                return try Terminal.printJSON(findings.map(FindingLine.init))
            }
            let marks = findings.filter { $0.code == .unconfirmedGuess }
            for finding in findings where finding.code != .unconfirmedGuess {
                Terminal.print("\(finding)\n  mend: \(finding.mend)")
            }
            show(marks)
            let errors = findings.count { $0.severity == .error }
            let tables = catalogue.tables.values.count { !$0.isPartition && map.schemas.contains($0.name.schema) }
            Terminal.print(
                "\(Terminal.count(map.collections.count, "collection")) over \(Terminal.count(tables, "table")): "
                    + "\(Terminal.count(errors, "error")), \(Terminal.count(findings.count - errors, "warning"))")
        }

        /// Marks of `habeas map init` that are left: the first few, then how many there are.
        private func show(_ marks: [MapFinding]) {
            for mark in marks.prefix(10) { Terminal.print("\(mark)") }
            if marks.count > 10 { Terminal.print("… and \(marks.count - 10) more such lines; --json lists all") }
            if let first = marks.first { Terminal.print("  mend: \(first.mend)") }
        }
    }

    /// `habeas map show`
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Print what the map says: kinds of people, collections, paths, secrets.",
            discussion: "EXAMPLES\n  habeas map show --map schemas/workspace.map.yaml")
        @OptionGroup var mapOptions: MapOptions
        @OptionGroup var common: CommonOptions

        func run() async throws {
            let map = try await Settings(file: common.config, flags: mapOptions.flags).map()
            if common.json { return try Terminal.printJSON(MapDocument(map)) }
            Terminal.print("\(map.service): \(map.controller.name), \(map.defaultRegime)\n")
            for kind in map.subjects {
                let identifiers = kind.identifiers.map { ", \($0.name)" }.joined()
                Terminal.print(
                    "\(kind.name) = \(kind.table)(\(kind.key.map(\.text).joined(separator: ", ")))  found by \(kind.name)\(identifiers)"
                )
                for collection in map.collections
                where collection.nesting == nil && collection.paths.contains(where: { $0.subject == kind.name }) {
                    show(collection, of: kind, in: map, indent: "  ")
                }
            }
            for table in map.notIncluded { Terminal.print("not included: \(table.table) (\(table.reason))") }
        }

        private func show(_ collection: Collection, of kind: SubjectKind, in map: DataMap, indent: String) {
            let hidden = collection.fields.count { $0.neverExport != nil }
            let files = collection.files.isEmpty ? "" : ", files"
            let secret = hidden == 0 ? "" : ", \(hidden) never exported"
            Terminal.print(
                "\(indent)\(collection.name)  \(collection.table)  \(collection.origin.rawValue), "
                    + "\(collection.fields.count) fields\(secret)\(files), on erasure: \(collection.erasure.word)")
            for path in collection.paths where path.subject == kind.name {
                let steps =
                    path.hops.isEmpty ? "is the person's own row" : path.hops.map(\.description).joined(separator: ", ")
                Terminal.print("\(indent)    \(path.ownership.rawValue): \(steps)")
            }
            if let nesting = collection.nesting {
                Terminal.print("\(indent)    in \(nesting.parent) as \(nesting.key): \(nesting.hop)")
            }
            for child in map.children(of: collection.name) { show(child, of: kind, in: map, indent: indent + "  ") }
        }
    }
}

extension MapFinding {
    /// What an erasure would meet; nil for what the map's own check says already.
    fileprivate init?(_ finding: PreflightFinding, besides others: [MapFinding]) {
        guard !others.contains(where: { $0.object == finding.object && $0.mend == finding.mend }) else { return nil }
        self.init(
            severity: finding.isFatal ? .error : .warning, code: finding.isFatal ? .erasureStopped : .erasureSlow,
            object: finding.object, message: finding.message, mend: finding.mend)
    }
}

/// A finding as `--json` prints it.
private struct FindingLine: Encodable {
    let severity, code, object, message, mend: String

    init(_ finding: MapFinding) {
        severity = finding.severity.rawValue
        code = finding.code.rawValue
        object = finding.object
        message = finding.message
        mend = finding.mend
    }
}

/// A map as `--json` prints it.
private struct MapDocument: Encodable {
    struct Entry: Encodable {
        let name, table, category, origin, legalBasis, purpose, erasure: String
        let inside: String?
        let paths: [[String]]
        let fields: [String]
        let neverExported: [String]
    }
    let service: String
    let regime: String
    let collections: [Entry]

    init(_ map: DataMap) {
        service = map.service
        regime = map.defaultRegime.text
        collections = map.collections.map { collection in
            Entry(
                name: collection.name, table: "\(collection.table)", category: collection.category,
                origin: collection.origin.rawValue, legalBasis: collection.legalBasis, purpose: collection.purpose,
                erasure: collection.erasure.word, inside: collection.nesting?.parent,
                paths: collection.paths.map { $0.hops.map(\.description) }, fields: collection.fields.map(\.name),
                neverExported: collection.fields.filter { $0.neverExport != nil }.map(\.name))
        }
    }
}
