internal import ArgumentParser
internal import DataMap
internal import Exporting
internal import PostgresAccess

/// `habeas init`: the database roles an export works with.
struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Make the database roles and their rights; safe to run again.",
        discussion: """
            Needs a superuser in database.url, or use --print and hand the SQL to whoever \
            is one. Passwords come from HABEAS_DATABASE_EXPORTER_PASSWORD and \
            HABEAS_DATABASE_VERIFIER_PASSWORD; they leave this machine only as SCRAM verifiers.

            EXAMPLES
              habeas init
              habeas init --print > roles.sql
            """)

    @Flag(help: "Print the SQL instead of running it.")
    var print = false
    @OptionGroup var mapOptions: MapOptions
    @OptionGroup var common: CommonOptions

    func run() async throws {
        let settings = try await Settings(file: common.config, flags: mapOptions.flags)
        let roles = DatabaseRoles(settings)
        guard !print else {
            let statements = try await roles.statements(for: try settings.map())
            return Terminal.print((["BEGIN"] + statements + ["COMMIT"]).map { "\($0);" }.joined(separator: "\n"))
        }
        try await roles.make(for: try settings.map())
        Terminal.note(
            "the roles \(settings.exporterUser) and \(settings.verifierUser) have their rights; "
                + "`habeas doctor` checks the rest")
    }
}

/// The database roles an export works with.
struct DatabaseRoles {
    private let settings: Settings

    init(_ settings: Settings) { self.settings = settings }

    /// The SQL that makes them.
    func statements(for map: DataMap) async throws -> [String] {
        let target = try settings.operatorTarget()
        let catalogue = try await PostgresConnection.withConnection(to: target) { try await $0.readCatalogue() }
        return ExportRoles.statements(
            map, catalogue, exporter: settings.exporterUser, verifier: settings.verifierUser)
    }

    /// Makes them, with the passwords of the settings.
    func make(for map: DataMap) async throws {
        let statements = try await statements(for: map)
        let passwords = [
            (role: settings.exporterUser, password: settings.exporterPassword),
            (role: settings.verifierUser, password: settings.verifierPassword),
        ]
        let target = try settings.operatorTarget()
        try await PostgresConnection.withConnection(to: target) { connection in
            try await connection.apply(statements, passwords: passwords)
        }
    }
}
