internal import ArchiveFormat
internal import ArgumentParser
internal import ObjectStore

/// `habeas unseal`: the plain archive back from a sealed one.
struct UnsealCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unseal",
        abstract: "Write a sealed archive's plain ZIP.",
        discussion: """
            Needs the archive, its key file beside it, and the wrapping key in the folder of \
            the setting keys. Every segment is authenticated before a byte of it is \
            written; a file gets its name only when the whole archive was. Nothing is \
            overwritten. Both files must have the names they were sealed with.

            EXAMPLES
              habeas unseal ada.zip --output ada-plain.zip
              habeas unseal ada.zip --output - | bsdtar -tf -

            The plain ZIP is a copy of somebody's data: hand it over, then remove it.
            """)

    @Argument(help: "The sealed archive; its key file is FILE.key.")
    var file: String

    @Option(
        name: [.short, .long],
        help: ArgumentHelp("Where to: a file that doesn't exist yet, or “-” for standard output.", valueName: "file"))
    var output: String

    @OptionGroup var common: CommonOptions

    func run() async throws {
        guard !output.isEmpty else { throw CommandFailure(.usage, code: "usage", "--output is empty") }
        let settings = try await Settings(file: common.config)
        guard let object = try ArchiveFile.openSealed(file, settings) else { throw notSealed() }
        if output == "-" {
            try stream(object)
        } else {
            try write(object)
        }
        try report(object)
    }

    private func notSealed() -> CommandFailure {
        let (folder, name) = SealedFolder.locate(file)
        guard folder.hasObject(name) else {
            return CommandFailure(.notFound, code: SealError.Code.noObject.rawValue, "there is no \(file)")
        }
        return CommandFailure(
            .refused, code: SealError.Code.notSealed.rawValue, "\(file) isn't sealed: it has no key file beside it",
            hint: "an archive that isn't sealed opens as it is")
    }

    private func write(_ object: SealedReader) throws {
        let target = try NewFile(path: output)
        try object.forEachSegment { segment in
            try Task.checkCancellation()
            try target.write(segment)
        }
        try target.synchronize()
        try target.publish()
    }

    private func stream(_ object: SealedReader) throws {
        try object.forEachSegment { segment in
            try Task.checkCancellation()
            try StandardOutput().write(segment)
        }
    }

    private func report(_ object: SealedReader) throws {
        let summary = UnsealSummary(file: file, output: output == "-" ? nil : output, bytes: object.bytes)
        if common.json {
            let document = try Terminal.json(summary)
            if output == "-" { Terminal.note(document) } else { Terminal.print(document) }
        } else if output != "-" {
            Terminal.print("\(output)  \(Terminal.size(object.bytes)), unsealed from \(file)")
        }
    }
}

/// What `--json` prints of an unsealing.
private struct UnsealSummary: Encodable {
    let file: String
    let output: String?
    let bytes: UInt64
}
