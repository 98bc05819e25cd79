internal import FoundationEssentials

/// Which service is asked, and as whom: `HABEAS_URL` and `HABEAS_TOKEN`, else what `habeas login` kept.
struct SignIn: Sendable {
    let address: ServiceAddress
    let token: StaffToken

    /// Reads it; nil when nobody is signed in.
    ///
    /// A kept token goes to the service that it was kept for and to no other, whatever `HABEAS_URL` says.
    static func current(
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws -> SignIn? {
        let url = try value("HABEAS_URL", environment).map { try ServiceAddress($0) }
        let token = try value("HABEAS_TOKEN", environment).map { text in
            guard let token = StaffToken(text) else {
                throw CommandFailure(.usage, code: "usage", "HABEAS_TOKEN has characters that no token has")
            }
            return token
        }
        if let url, let token { return SignIn(address: url, token: token) }
        guard let kept = try LoginFile(environment: environment).read() else { return nil }
        guard url == nil || url == kept.address else { return nil }
        return SignIn(address: kept.address, token: token ?? kept.token)
    }

    /// Reads it, or says how to sign in.
    static func required() throws -> SignIn {
        guard let signIn = try current() else {
            throw CommandFailure(
                .refused, code: "login.missing", "nobody is signed in",
                hint: "`habeas login --url https://privacy.example.com`, or set HABEAS_URL and HABEAS_TOKEN")
        }
        return signIn
    }

    private static func value(_ name: String, _ environment: [String: String]) -> String? {
        environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}
