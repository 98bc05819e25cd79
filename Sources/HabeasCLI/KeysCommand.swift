internal import ArgumentParser
internal import AuditLedger

/// `habeas keys`: the keys that sign archives, those that wrap sealed archives' keys, and those of erasures.
struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "Make, show, rotate and back up all keys of the service.",
        subcommands: [Make.self, Show.self, Rotate.self, Backup.self])

    /// `habeas keys init`
    struct Make: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "init", abstract: "Make the first signing key and the first wrapping key.",
            discussion: "EXAMPLES\n  habeas keys init\n  HABEAS_KEYS=/etc/habeas/keys habeas keys init")
        @OptionGroup var common: CommonOptions

        func run() async throws {
            let folder = try await Settings(file: common.config).keysPath
            try KeysCommand.show(
                try KeyRing.create(folder: folder, now: Clock.now), in: folder, asJSON: common.json)
            Terminal.note("keys are in \(folder); back them up with `habeas keys backup --output FOLDER`")
        }
    }

    /// `habeas keys show`
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Print the public keys, to publish them, and the ids of the wrapping and erasure keys.",
            discussion: """
                With --json only the public keys are printed, as they are published; with \
                --wrapping --json only the wrapping keys' ids. Secrets are never printed.

                EXAMPLES
                  habeas keys show
                  habeas keys show --json > published.json
                  habeas keys show --wrapping --json
                """)
        @Flag(help: "Print the wrapping keys only.")
        var wrapping = false
        @OptionGroup var common: CommonOptions

        func run() async throws {
            let folder = try await Settings(file: common.config).keysPath
            let ring = try KeyRing(folder: folder)
            guard wrapping else { return try KeysCommand.show(ring, in: folder, asJSON: common.json) }
            let text =
                common.json
                ? String(decoding: try ring.wrapping.published(), as: UTF8.self) : KeysCommand.wrappingTable(ring)
            Terminal.print(text)
        }
    }

    /// `habeas keys rotate`
    struct Rotate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rotate",
            abstract: "Sign and wrap with new keys from now on; old ones go on verifying and opening.",
            discussion: "EXAMPLES\n  habeas keys rotate")
        @OptionGroup var common: CommonOptions

        func run() async throws {
            let folder = try await Settings(file: common.config).keysPath
            var ring = try KeyRing(folder: folder)
            try ring.rotate(now: Clock.now)
            try KeysCommand.show(ring, in: folder, asJSON: common.json)
            Terminal.note("publish the new list, and back the keys up with `habeas keys backup --output FOLDER`")
        }
    }

    /// `habeas keys backup`
    struct Backup: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "backup", abstract: "Copy all keys to another folder and read them back from there.",
            discussion: "EXAMPLES\n  habeas keys backup --output /media/safe/habeas-keys")
        @Option(name: [.short, .long], help: ArgumentHelp("The folder to copy to.", valueName: "folder"))
        var output: String
        @OptionGroup var common: CommonOptions

        func run() async throws {
            let folder = try await Settings(file: common.config).keysPath
            var ring = try KeyRing(folder: folder)
            try ring.backUp(to: output, now: Clock.now)
            try KeysCommand.show(ring, in: folder, asJSON: common.json)
        }
    }

    private static func show(_ ring: KeyRing, in folder: String, asJSON: Bool) throws {
        guard !asJSON else { return Terminal.print(String(decoding: try ring.published(), as: UTF8.self)) }
        let rows = ring.publicKeys.map { [$0.id, $0.algorithm, $0.status, $0.createdAt] }
        Terminal.print(Terminal.table(["Key", "Algorithm", "Status", "Made"], rows))
        for key in ring.publicKeys where key.status == "active" { Terminal.print("\n\(key.pem)\n") }
        Terminal.print("\(wrappingTable(ring))\n")
        Terminal.print("\(try erasureTable(folder))\n")
        Terminal.print("backed up: \(ring.backedUpAt ?? "never")")
    }

    private static func erasureTable(_ folder: String) throws -> String {
        guard ErasureKeys.exist(in: folder) else { return "no erasure keys; `habeas keys rotate` makes them" }
        return Terminal.table(["Erasure key", "Id"], try ErasureKeys(folder: folder).entries.map { [$0.name, $0.id] })
    }

    private static func wrappingTable(_ ring: KeyRing) -> String {
        let rows = ring.wrapping.entries.map { [$0.id, $0.algorithm, $0.status, $0.createdAt] }
        return Terminal.table(["Wrapping key", "Algorithm", "Status", "Made"], rows)
    }
}
