internal import ArgumentParser
internal import DataMap
internal import Erasing
internal import Exporting
internal import PostgresAccess
internal import RequestLedger

/// `habeas init`: the database roles an export works with, and the control database.
struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Make the database roles, their rights, and the schema habeas; safe to run again.",
        discussion: """
            Needs a superuser in database.url, or use --print and hand the SQL to whoever \
            is one. Passwords come from HABEAS_DATABASE_EXPORTER_PASSWORD, \
            HABEAS_DATABASE_VERIFIER_PASSWORD and HABEAS_CONTROL_PASSWORD; they leave this machine only as SCRAM verifiers.

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
            let control = ControlSchema(settings).statements()
            Terminal.print(script(statements))
            return Terminal.print("-- In the control database (setting control.url):\n" + script(control))
        }
        try await roles.make(for: try settings.map())
        try await ControlSchema(settings).make()
        Terminal.note(
            "the roles \(settings.exporterUser), \(settings.verifierUser) and \(settings.controlUser) have their rights, "
                + "the schema habeas is at version \(Migrator.version); `habeas doctor` checks the rest")
    }

    private func script(_ statements: [String]) -> String {
        (["BEGIN"] + statements + ["COMMIT"]).map { "\($0);" }.joined(separator: "\n")
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
            + Companion.statements(
                eraser: settings.eraserUser, verifier: settings.verifierUser, retention: settings.retentionUser)
            + EraserRoles.statements(
                map, catalogue, eraser: settings.eraserUser, verifier: settings.verifierUser)
            + HuntRoles.statements(catalogue, hunter: settings.hunterUser)
            + MaintainerRole.statements(maintainer: settings.maintainerUser)
    }

    /// Makes them, with the passwords of the settings.
    func make(for map: DataMap) async throws {
        let statements = try await statements(for: map)
        let passwords = [
            (role: settings.exporterUser, password: settings.exporterPassword),
            (role: settings.verifierUser, password: settings.verifierPassword),
            (role: settings.eraserUser, password: settings.eraserPassword),
            (role: settings.retentionUser, password: settings.retentionPassword),
            (role: settings.hunterUser, password: settings.hunterPassword),
            (role: settings.maintainerUser, password: settings.maintainerPassword),
        ]
        let target = try settings.operatorTarget()
        try await PostgresConnection.withConnection(to: target) { connection in
            try await connection.apply(statements, passwords: passwords)
        }
    }
}

/// The schema `habeas` of the control database, and the role that works with it.
struct ControlSchema {
    private let settings: Settings

    init(_ settings: Settings) { self.settings = settings }

    /// The SQL that makes it.
    func statements() -> [String] { Migrator.statements(controlRole: settings.controlUser) }

    /// Brings the schema to the program's version.
    func make() async throws {
        let target = try settings.controlOperatorTarget()
        try await PostgresConnection.withConnection(to: target) { connection in
            _ = try await Migrator.migrate(
                connection, controlRole: settings.controlUser, password: settings.controlPassword)
        }
    }
}
