internal import ArgumentParser
internal import ObjectStore
internal import SystemPackage

/// `habeas evidence`: the proof of how a request was dealt with.
struct EvidenceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evidence",
        abstract: "Download the proof of how a request was dealt with, through the service.",
        discussion: """
            A ZIP: the timeline, the plans, approvals and receipts of an erasure, what became \
            of the letters, the certificate, and the part of the audit chain that proves the \
            timeline; signed, without the person's data. Needs the permissions audit.read and \
            requests.read. That somebody took it is an entry of the chain.

            EXAMPLES
              habeas evidence REQUEST --output evidence.zip
              habeas verify evidence.zip --key published.json
            """)

    @Argument(help: "The request's id.") var request: String
    @Option(
        name: [.short, .long],
        help: ArgumentHelp("A file that doesn't exist yet, or “-” for standard output.", valueName: "file"))
    var output: String

    func validate() throws {
        guard !output.isEmpty else { throw ValidationError("--output is empty") }
    }

    func run() async throws {
        let id = try IDArgument.parse(request, of: "a request")
        let file = output == "-" ? nil : try NewFile(path: output)
        let size = try await StaffClient.with { client in
            var size: UInt64 = 0
            try await client.stream("/v1/requests/\(id)/evidence") { bytes in
                size += UInt64(bytes.count)
                if let file { try file.write(unsafe bytes.span.bytes) } else { try Self.write(bytes) }
            }
            return size
        }
        try file?.synchronize()
        try file?.publish()
        guard file != nil else { return }
        Terminal.note("\(Terminal.size(size)) in \(output); `habeas verify \(output)` judges it")
    }

    private static func write(_ bytes: [UInt8]) throws {
        do { _ = try FileDescriptor.standardOutput.writeAll(bytes) } catch {
            throw CommandFailure(.failed, code: "file.unusable", "standard output can't be written")
        }
    }
}
