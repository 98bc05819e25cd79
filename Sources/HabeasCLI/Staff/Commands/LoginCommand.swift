internal import ArgumentParser
internal import FoundationEssentials

/// `habeas login`
struct LoginCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "login", abstract: "Keep a staff token for this user.",
        discussion: """
            Reads the token from standard input, or asks for it without showing it; it is \
            never taken as an argument. Tries it, then keeps it with the service's address \
            in a file that only this user may read: $XDG_CONFIG_HOME/habeas/login.json, or \
            ~/.config/habeas/login.json. HABEAS_URL and HABEAS_TOKEN go before the file.

            EXAMPLES
              habeas login --url https://privacy.example.com
              habeas login --url https://privacy.example.com < token.txt
            """)
    @Option(help: ArgumentHelp("The service's address (HABEAS_URL).", valueName: "url"))
    var url: String?
    @OptionGroup var answer: AnswerOptions

    func run() async throws {
        let file = try LoginFile()
        let address = try address(file)
        guard let text = try SecretInput.line(prompt: "token of \(address.text): "), let token = StaffToken(text) else {
            throw CommandFailure(
                .usage, code: "usage", "no token came on standard input",
                hint: "paste it, or pipe it in: habeas login < FILE")
        }
        let me = try await StaffClient.with(SignIn(address: address, token: token)) { try await $0.get("/v1/me") }
        let caller = try me.read(CallerDocument.self)
        try file.write(address, token)
        try answer.print(me) {
            "signed in at \(address.text) as \(caller.name), \(caller.roles.joined(separator: ", "))"
        }
    }

    private func address(_ file: LoginFile) throws -> ServiceAddress {
        let variable = ProcessInfo.processInfo.environment["HABEAS_URL"].flatMap { $0.isEmpty ? nil : $0 }
        if let url = url ?? variable { return try ServiceAddress(url) }
        // A file that can't be used any more has no say.
        if let kept = try? file.read() { return kept.address }
        throw CommandFailure(
            .usage, code: "usage", "no service is named", hint: "habeas login --url https://privacy.example.com")
    }
}

/// `habeas logout`
struct LogoutCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logout", abstract: "Forget the staff token of this user.",
        discussion: """
            The token itself stays valid until it ends or an administrator revokes it.

            EXAMPLES
              habeas logout
            """)

    func run() throws {
        let file = try LoginFile()
        Terminal.note(try file.remove() ? "\(file.path) is removed" : "nobody was signed in")
    }
}
