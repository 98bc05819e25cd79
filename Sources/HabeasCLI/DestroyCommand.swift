internal import ArgumentParser
internal import ObjectStore

/// `habeas destroy`: a sealed archive's key, then the archive.
struct DestroyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "destroy",
        abstract: "Destroy a sealed archive: its key first, then its bytes.",
        discussion: """
            Asks nothing, and may be repeated: after a crash the next call finishes what \
            was begun. Without the key nothing opens the archive, nor any copy of it that \
            is left in a backup; so keep the key files out of backups. An archive that isn't \
            sealed is refused.

            EXAMPLES
              habeas destroy ada.zip
              habeas destroy ada.zip --json
            """)

    @Argument(help: "The sealed archive; its key file is FILE.key.")
    var file: String

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let (folder, name) = SealedFolder.locate(file)
        let done = try folder.destroy(name)
        if common.json {
            try Terminal.printJSON(
                DestructionSummary(file: file, key: done.key.rawValue, archive: done.object.rawValue))
        } else {
            Terminal.print(words(done))
        }
    }

    private func words(_ done: Destruction) -> String {
        switch (done.key, done.object) {
        case (.removed, .removed): "\(file).key removed, then \(file)"
        case (.removed, .absent): "\(file).key removed; \(file) was not there"
        case (.absent, .removed): "\(file) removed; its key was destroyed before"
        case (.absent, .absent): "nothing to destroy: neither \(file) nor \(file).key is there"
        }
    }
}

/// What `--json` prints of a destruction.
private struct DestructionSummary: Encodable {
    let file: String
    let key: String
    let archive: String
}
