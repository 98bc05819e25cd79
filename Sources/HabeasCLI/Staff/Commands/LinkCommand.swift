internal import ArgumentParser

/// `habeas link`: the download links of a request.
struct LinkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "link", abstract: "Issue, renew, revoke and list download links, through the service.",
        discussion: """
            REQUEST is the request's id. renew and revoke act on its latest link unless \
            --link names another one.

            EXAMPLES
              habeas link list REQUEST
              habeas link renew REQUEST --ticket T-7 --reason person-asked
            """,
        subcommands: [Issue.self, Renew.self, Revoke.self, List.self])

    /// `habeas link issue`
    struct Issue: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "issue", abstract: "Make a new link and end the one before; the person gets it by mail.",
            discussion: """
                The address is printed this once. It opens nothing without a code that is \
                mailed to the person.

                EXAMPLES
                  habeas link issue REQUEST --ticket T-7 --reason mail-was-lost
                """)
        @Argument(help: "The request's id.") var request: String
        @OptionGroup var ground: GroundOptions
        @OptionGroup var options: AnswerOptions

        func run() async throws {
            let id = try IDArgument.parse(request, of: "a request")
            let answer = try await StaffClient.with { try await $0.post("/v1/requests/\(id)/links", ground.body) }
            try options.print(answer) {
                let issued = try answer.read(IssuedLinkDocument.self)
                return Table(links: [issued.link]).text() + (issued.url.map { "\n\n\($0)" } ?? "")
            }
        }
    }

    /// `habeas link renew`
    struct Renew: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "renew",
            abstract: "Let a link live again, as long as the archive is kept; nothing is made anew.",
            discussion: "EXAMPLES\n  habeas link renew REQUEST --ticket T-7 --reason person-was-away")
        @OptionGroup var target: LinkTarget
        @OptionGroup var ground: GroundOptions
        @OptionGroup var options: AnswerOptions

        func run() async throws { try await target.change("renew", ground, options) }
    }

    /// `habeas link revoke`
    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "revoke", abstract: "End a link at once, and downloads under way with it.",
            discussion: "EXAMPLES\n  habeas link revoke REQUEST --ticket T-7 --reason mailbox-not-theirs")
        @OptionGroup var target: LinkTarget
        @OptionGroup var ground: GroundOptions
        @OptionGroup var options: AnswerOptions

        func run() async throws { try await target.change("revoke", ground, options) }
    }

    /// `habeas link list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "Print a request's links.",
            discussion: "EXAMPLES\n  habeas link list REQUEST\n  habeas link list REQUEST --json")
        @Argument(help: "The request's id.") var request: String
        @OptionGroup var options: AnswerOptions

        func run() async throws {
            let id = try IDArgument.parse(request, of: "a request")
            let answer = try await StaffClient.with { try await $0.get("/v1/requests/\(id)/links") }
            let links = try answer.read(PageOf<LinkDocument>.self).items
            if links.isEmpty, !options.json { return Terminal.note("there is no link yet") }
            try options.print(answer) { Table(links: links).text() }
        }
    }
}

/// Which link: the request's latest one, or one by its id.
struct LinkTarget: ParsableArguments {
    @Argument(help: "The request's id.") var request: String
    @Option(help: ArgumentHelp("Another link than the latest.", valueName: "id")) var link: String?

    /// Does something to the link and prints it.
    func change(_ verb: String, _ ground: GroundOptions, _ options: AnswerOptions) async throws {
        let answer = try await StaffClient.with { client in
            let id = try await id(client)
            return try await client.post("/v1/links/\(id)/\(verb)", ground.body)
        }
        try options.print(answer) { Table(links: [try answer.read()]).text() }
    }

    private func id(_ client: StaffClient) async throws -> String {
        let owner = try IDArgument.parse(request, of: "a request")
        let wanted = try link.map { try IDArgument.parse($0, of: "a link") }
        let links: PageOf<LinkDocument> = try await client.get("/v1/requests/\(owner)/links").read()
        let found =
            wanted.map { id in links.items.first { $0.id == id } } ?? links.items.max { $0.madeAt < $1.madeAt }
        guard let found else {
            throw CommandFailure(
                .notFound, code: "link.not-found", "the request has no such link",
                hint: "`habeas link list` shows those it has")
        }
        return found.id
    }
}
