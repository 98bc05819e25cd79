package import PostgresAccess

/// The fence of one server, over a connection of a superuser.
package struct Fence: Sendable {
    private let connection: PostgresConnection

    /// - Parameter connection: of a superuser: it writes a file into the data folder and a setting.
    package init(on connection: PostgresConnection) { self.connection = connection }

    /// How a server is fenced.
    package struct Status: Sendable, Encodable {
        /// Whether the command at the end of recovery is ours.
        package let isSet: Bool
        /// Another command at the end of recovery.
        package let otherCommand: String?
        /// Whether the program is in the data folder, as this version writes it.
        package let program: Program
        /// Whether the server is shut now.
        package let isClosed: Bool
        /// Whether a copy would take readers before its recovery ends.
        package let hotStandby: Bool
        package let dataFolder: String
        /// The role that may come in while it is shut.
        package let role: String?

        /// Whether every copy that goes through archive recovery is gated.
        package var isInstalled: Bool { isSet && program == .whole }
    }

    /// The program in the data folder.
    package enum Program: String, Sendable, Encodable { case missing, other, whole }

    // MARK: looking

    /// How the server is fenced.
    ///
    /// - Throws: `PostgresError`, when the role may not look.
    package func status() async throws -> Status {
        let rows = try await connection.query(
            """
            SELECT current_setting('recovery_end_command'), current_setting('data_directory'),
                   current_setting('hot_standby'),
                   pg_read_file(current_setting('data_directory') || '/\(FenceProgram.name)', 0, 1000000, true),
                   pg_read_file(current_setting('hba_file'), 0, 1000, true)
            """)
        let row = rows.first ?? []
        guard row.count == 5, let command = row[0], let folder = row[1] else {
            throw RestoreError(.fenceRefused, "the server doesn't say how it is fenced")
        }
        let text = row[3] ?? nil
        let wanted = text.flatMap(FenceProgram.init(read:))
        let program: Program = text == nil ? .missing : wanted?.text == text ? .whole : .other
        return Status(
            isSet: command == FenceProgram.command,
            otherCommand: command.isEmpty || command == FenceProgram.command ? nil : command, program: program,
            isClosed: (row[4] ?? "").hasPrefix(FenceProgram.mark), hotStandby: row[2] == "on", dataFolder: folder,
            role: wanted?.role)
    }

    /// Where the server's data folder is.
    package func dataFolder() async throws -> String {
        let rows = try await connection.query("SELECT current_setting('data_directory')")
        guard let folder = rows.first?.first.flatMap({ $0 }) else {
            throw RestoreError(.fenceRefused, "the server doesn't say where its data folder is")
        }
        return folder
    }

    // MARK: installing

    /// Writes the program into the data folder and sets the command; safe to run again.
    ///
    /// - Throws: `RestoreError` when another command is set; `PostgresError`.
    package func install(_ program: FenceProgram) async throws {
        let status = try await status()
        if let other = status.otherCommand, !other.contains(FenceProgram.name) {
            throw RestoreError(
                .otherCommand, "recovery_end_command is set already: \(other)",
                hint: "put it at the end of a script that runs ./\(FenceProgram.name) close first, or reset it")
        }
        guard !status.isClosed else {
            throw RestoreError(
                .fenceRefused, "the server is shut by its fence", hint: "run `habeas replay`; then install it again")
        }
        try await connection.run(unsafeSQL: Self.writing(program, into: status.dataFolder))
        try await connection.run(unsafeSQL: Self.setting)
        try await connection.run(unsafeSQL: "SELECT pg_reload_conf()")
    }

    /// The statements that install it, for whoever is superuser; the place of the data folder is the server's own.
    package static func statements(_ program: FenceProgram, dataFolder: String) -> [String] {
        [writing(program, into: dataFolder), setting, "SELECT pg_reload_conf()"]
    }

    private static var setting: String { "ALTER SYSTEM SET recovery_end_command = \(literal(FenceProgram.command))" }

    /// One line a row; the quoting characters of the form are none of the text's, so it is written as it is.
    private static func writing(_ program: FenceProgram, into folder: String) -> String {
        let lines = program.text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        let rows = lines.enumerated().map { "(\($0.offset), \(literal(String($0.element))))" }.joined(separator: ",\n")
        return """
            COPY (SELECT line FROM (VALUES
            \(rows)) AS program(number, line) ORDER BY number)
            TO \(literal("\(folder)/\(FenceProgram.name)"))
            WITH (FORMAT csv, DELIMITER E'\\x1F', QUOTE E'\\x1E', ESCAPE E'\\x1E', NULL E'\\x1D')
            """
    }

    /// Takes the command back; the program stays in the data folder, where it does nothing by itself.
    package func remove() async throws {
        let status = try await status()
        guard !status.isClosed else {
            throw RestoreError(
                .fenceRefused, "the server is shut by its fence", hint: "run `habeas replay`, which opens it")
        }
        guard status.isSet else { return }
        try await connection.run(unsafeSQL: "ALTER SYSTEM RESET recovery_end_command")
        try await connection.run(unsafeSQL: "SELECT pg_reload_conf()")
    }

    // MARK: lifting

    /// Puts the rules of before back, and lets the product's roles log in that were shut out. A server that is open stays so.
    ///
    /// - Returns: whether it was shut.
    package func lift() async throws -> Bool {
        let status = try await status()
        try await ShutRoles(on: connection).readmit()
        guard status.isClosed else { return false }
        do {
            try await connection.run(
                unsafeSQL: "COPY (SELECT 1) TO PROGRAM 'sh ./\(FenceProgram.name) open > /dev/null'")
        } catch {
            throw RestoreError(
                .fenceRefused, "the fence can't be lifted: \(error)",
                hint: "as the server's user, in \(status.dataFolder): sh ./\(FenceProgram.name) open")
        }
        return true
    }

    private static func literal(_ text: String) -> String {
        precondition(!text.contains("\\"), "no backslash stands in what the server writes")
        return "'" + text.replacing("'", with: "''") + "'"
    }
}

extension FenceProgram {
    /// The program that a text is, if it is one: its role and method are in it.
    init?(read text: String) {
        let lines = text.split(separator: "\n")
        guard let line = lines.first(where: { $0.hasPrefix("local all \"") }) else { return nil }
        let parts = line.split(separator: " ")
        guard parts.count == 4, let method = FenceMethod(rawValue: String(parts[3])) else { return nil }
        let role = parts[2].dropFirst().dropLast()
        guard let program = try? FenceProgram(role: String(role), method: method) else { return nil }
        self = program
    }
}
