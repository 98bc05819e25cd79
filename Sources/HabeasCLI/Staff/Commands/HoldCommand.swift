internal import ArgumentParser

/// `habeas hold`: legal holds, as staff see to them.
struct HoldCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hold", abstract: "Place, confirm, review and release legal holds, through the service.",
        discussion: """
            A hold keeps what is in its scope from being erased; everything else goes. It is \
            in force as soon as it is placed, and a second person has to confirm it. Its \
            release takes two people, too; erasures that waited for it then go on by \
            themselves. These commands need `habeas login`, or HABEAS_URL and HABEAS_TOKEN, \
            and the role compliance (auditors may look).

            EXAMPLES
              habeas hold place --matter 2026-LIT-014 --basis gdpr-17-3-e \\
                  --subject user:17 --only invoices --review-on 2027-05-31 \\
                  --ticket T-9 --reason claim-filed
              habeas hold confirm HOLD --ticket T-9 --reason checked
              habeas hold release HOLD --ticket T-40 --reason settled
              habeas hold release HOLD --confirm --ticket T-40 --reason checked
            """,
        subcommands: [
            Place.self, List.self, Show.self, Confirm.self, Decline.self, Release.self, Review.self,
        ])

    /// `habeas hold list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "Print the holds in force, the latest first.",
            discussion: """
                EXAMPLES
                  habeas hold list
                  habeas hold list --overdue
                  habeas hold list --all --json
                """)
        @Flag(help: "Those that are over, too.") var all = false
        @Flag(help: "Only those whose day of review is past.") var overdue = false
        @OptionGroup var page: PageOptions
        @OptionGroup var options: AnswerOptions

        func run() async throws {
            let states = all ? nil : "proposed,active,release_proposed"
            let query = page.query + [("state", states), ("review", overdue ? "overdue" : nil)]
            let answer = try await StaffClient.with { try await $0.get("/v1/holds", query) }
            try page.print(answer, as: HoldDocument.self, asJSON: options.json) { Table(holds: $0) }
        }
    }

    /// `habeas hold show`
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Print a hold, and the erasures that wait for it.",
            discussion: "EXAMPLES\n  habeas hold show HOLD\n  habeas hold show HOLD --json")
        @Argument(help: "The hold's id.") var hold: String
        @OptionGroup var options: AnswerOptions

        func run() async throws {
            let id = try IDArgument.parse(hold, of: "a hold")
            let answer = try await StaffClient.with { try await $0.get("/v1/holds/\(id)") }
            try options.print(answer) { HoldPage.text(try answer.read(HoldDetailDocument.self)) }
        }
    }

    /// `habeas hold confirm`
    struct Confirm: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "confirm", abstract: "Stand for a hold that a colleague placed, as the second person.",
            discussion: "EXAMPLES\n  habeas hold confirm HOLD --ticket T-9 --reason checked")
        @OptionGroup var target: HoldTarget

        func run() async throws { try await target.change("confirm", target.ground.body) }
    }

    /// `habeas hold decline`
    struct Decline: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "decline", abstract: "Decline what a colleague proposed: a hold, or its release.",
            discussion: """
                A hold that is declined is over, and erasures that waited for it go on. A hold \
                whose release is declined goes on.

                EXAMPLES
                  habeas hold decline HOLD --ticket T-9 --reason no-claim-in-sight
                """)
        @OptionGroup var target: HoldTarget

        func run() async throws { try await target.change("decline", target.ground.body) }
    }

    /// `habeas hold release`
    struct Release: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "release", abstract: "Propose to let a hold go; or confirm that, as the second person.",
            discussion: """
                The hold is in force until somebody else runs the same with --confirm. Erasures \
                that waited for it then go on by themselves.

                EXAMPLES
                  habeas hold release HOLD --ticket T-40 --reason settled
                  habeas hold release HOLD --confirm --ticket T-40 --reason checked
                """)
        @Flag(help: "Confirm what a colleague proposed.") var confirm = false
        @OptionGroup var target: HoldTarget

        func run() async throws { try await target.change(confirm ? "confirm-release" : "release", target.ground.body) }
    }

    /// `habeas hold review`
    struct Review: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "review", abstract: "Write down that a hold is still needed, and when somebody looks again.",
            discussion:
                "EXAMPLES\n  habeas hold review HOLD --review-on 2027-05-31 --ticket T-12 --reason appeal-pending")
        @Option(help: ArgumentHelp("The next day of review, at most a year ahead.", valueName: "yyyy-mm-dd"))
        var reviewOn: String
        @OptionGroup var target: HoldTarget

        func validate() throws { try DayArgument.check(reviewOn, "--review-on") }

        func run() async throws {
            try await target.change(
                "review",
                Body(reviewOn: reviewOn, ticket: target.ground.ticket, reason: target.ground.reason))
        }

        private struct Body: Encodable, Sendable {
            let reviewOn: String
            let ticket: String
            let reason: String
        }
    }
}

/// Which hold is changed, and why.
struct HoldTarget: ParsableArguments {
    @Argument(help: "The hold's id.") var hold: String
    @OptionGroup var ground: GroundOptions
    @OptionGroup var options: AnswerOptions

    /// Does something to the hold and prints it.
    func change(_ verb: String, _ body: some Encodable & Sendable) async throws {
        let id = try IDArgument.parse(hold, of: "a hold")
        let answer = try await StaffClient.with { try await $0.post("/v1/holds/\(id)/\(verb)", body) }
        try options.print(answer) { HoldPage.text(try answer.read(HoldChangeDocument.self)) }
    }
}
