internal import ArgumentParser
internal import Erasing
internal import FoundationEssentials
internal import RightsCore

extension EraseCommand {
    /// `habeas erase approve`
    struct Approve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "approve", abstract: "Approve the plan of a request, by the digest of what you have read.",
            discussion: """
                It is carried out at once then, if what is there still is what was approved. \
                Nobody approves a request they took down themselves, or a person they \
                vouched for. --plan takes the digest, or the file that `habeas erase plan \
                --output` wrote; a file that was edited is no plan any more.

                EXAMPLES
                  habeas erase approve REQUEST --plan DIGEST --ticket T-9 --reason checked
                  habeas erase approve REQUEST --plan plan.json --ticket T-9 --reason checked
                """)
        @Argument(help: "The request's id.") var request: String
        @Option(help: ArgumentHelp("The plan's digest, or the file of its bytes.", valueName: "digest|file"))
        var plan: String
        @OptionGroup var ground: GroundOptions
        @OptionGroup var options: AnswerOptions

        func run() async throws {
            let id = try IDArgument.parse(request, of: "a request")
            let body = Body(plan: try digest(), ticket: ground.ticket, reason: ground.reason)
            let answer = try await StaffClient.with { try await $0.post("/v1/requests/\(id)/plan/approve", body) }
            try options.print(answer) { RequestPage.summary(try answer.read()).text() }
        }

        private func digest() throws -> String {
            if plan.utf8.count == 64, let digest = Hash256(hex: plan.lowercased()) { return digest.hex }
            let bytes: [UInt8]
            do { bytes = [UInt8](try Data(contentsOf: URL(filePath: plan))) } catch {
                throw CommandFailure(
                    .usage, code: "usage",
                    "--plan is neither a digest of 64 hexadecimal digits nor a file that can be read",
                    hint: "the digest is the last line of `habeas erase plan REQUEST`")
            }
            return try ErasurePlan(canonicalBytes: bytes).digest().hex
        }

        private struct Body: Encodable, Sendable {
            let plan: String
            let ticket: String
            let reason: String
        }
    }

    /// `habeas erase run`
    struct Run: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "run", abstract: "Show how far an approved erasure is; wait for its end; try it again.",
            discussion: """
                An approved plan is carried out by the service itself. Where that failed, or \
                was done in part, --ticket and --reason have it go on: each step finds what an \
                earlier attempt did. With --wait the status is 0 when the person is erased, 1 \
                when it failed, and 3 when it was done in part or waits for somebody.

                EXAMPLES
                  habeas erase run REQUEST
                  habeas erase run REQUEST --wait
                  habeas erase run REQUEST --wait --ticket T-9 --reason store-is-back
                """)
        @Argument(help: "The request's id.") var request: String
        @Flag(help: "Wait for its end, and show how far it is.") var wait = false
        @OptionGroup var ground: OptionalGround
        @OptionGroup var options: AnswerOptions

        func validate() throws { if ground.isGiven { _ = try ground.required("going on") } }

        func run() async throws {
            let id = try IDArgument.parse(request, of: "a request")
            let (answer, detail, plan) = try await StaffClient.with { client in
                let (answer, detail) = try await follow(id, client)
                // Before a plan is approved there is nothing to show of how far it is.
                let hasRun = ["running", "partial", "failed", "erased", "erased_with_retention"]
                    .contains(detail.request.state)
                let plan = hasRun ? try await client.get("/v1/requests/\(id)/plan").read(PlanDocument.self) : nil
                return (answer, detail, plan)
            }
            try options.print(answer) {
                [RequestPage.text(detail), plan?.facts.text()].compactMap { $0 }.joined(separator: "\n")
            }
            guard wait else { return }
            let status = RequestWatch.status(detail.request.state) ?? .refused
            if status != .done { throw ExitStatusError(status: status) }
        }

        private func follow(
            _ id: String, _ client: StaffClient
        ) async throws -> (StaffAnswer, RequestDetailDocument) {
            let watch = RequestWatch(client, id)
            var (answer, detail) = try await watch.look()
            guard detail.request.right == "erasure" else {
                throw CommandFailure(
                    .usage, code: "usage", "that request is no erasure but asks for \(detail.request.right)")
            }
            if ["failed", "partial"].contains(detail.request.state), ground.isGiven {
                let body = try ground.required("going on")
                _ = try await client.post("/v1/requests/\(id)/retry", body)
                (answer, detail) = try await watch.look()
            }
            guard wait else { return (answer, detail) }
            return try await watch.end { $0.request.waitsForSomebody }
        }
    }

    /// `habeas erase show`
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Print what an erasure did, as its signed certificate says it.",
            discussion: """
                Counts, statutes and dates; nothing of the person. --json prints the service's \
                document with the signed bytes and their signature. --output writes the \
                certificate into a folder as it is handed on: certificate.json, \
                certificate.sig and the page certificate.html.

                EXAMPLES
                  habeas erase show REQUEST
                  habeas erase show REQUEST --output certificate
                  habeas verify certificate/certificate.json --key published.json
                """)
        @Argument(help: "The request's id.") var request: String
        @Option(
            name: [.short, .long],
            help: ArgumentHelp(
                "Write the certificate's files into a folder that doesn't exist yet.", valueName: "folder"))
        var output: String?
        @OptionGroup var options: AnswerOptions

        func run() async throws {
            let id = try IDArgument.parse(request, of: "a request")
            let answer = try await StaffClient.with { try await $0.get("/v1/requests/\(id)/certificate") }
            if let output {
                try (try answer.read(CertificateDocument.self)).write(to: output)
                Terminal.note("written; `habeas verify \(output)/certificate.json` judges it")
            }
            try options.print(answer) { try CertificateSummary.text(try answer.read(CertificateDocument.self)) }
        }
    }
}

extension RequestDocument {
    /// Whether nothing goes on until a person acts.
    fileprivate var waitsForSomebody: Bool {
        switch state {
        case "received", "verifying", "paused": true
        case "accepted": needsRelease || ["erasure.awaits-approval", "erasure.conflict"].contains(outcome ?? "")
        default: false
        }
    }
}
