/// How a conversation with an SMTP server ended.
enum SMTPEnding: Sendable, Equatable {
    /// The server took the mail with this reply code.
    case taken(Int)
    /// The server refused with this reply code, 400 to 599.
    case refused(Int, SMTPStage)
    /// The server doesn't let the user in.
    case signInRefused(Int?)
    /// No TLS, or not with the right server.
    case noTLS(SMTPStage)
    /// Nobody there, no answer in time, or broken off.
    case unreachable(SMTPStage)
    /// The task was cancelled before the server took the mail.
    case cancelled
    /// libcurl has no memory or doesn't know an option.
    case notStarted

    /// The reply code with which the mail was taken.
    func replyCode(from host: String) throws -> Int {
        switch self {
        case .taken(let code): return code
        case .refused(let code, let stage): throw Self.refusal(code, stage, by: host)
        case .signInRefused(let code):
            throw MailError(
                .signInRefused, "the mail server \(host) refused the user or the password",
                hint: "check the mail settings' user and password, and that the server lets this user send",
                stage: .signingIn, replyCode: code)
        case .noTLS(let stage):
            throw MailError(
                .tls, "no encrypted connection to the mail server \(host); nothing was sent",
                hint: "does it offer STARTTLS, is its certificate for this name and from a trusted authority?",
                stage: stage)
        case .unreachable(let stage):
            throw MailError(
                .unreachable, "the mail server \(host) can't be reached, broke off or didn't answer in time",
                hint: "check host, port and the way there", stage: stage)
        case .cancelled: throw CancellationError()
        case .notStarted: throw MailError(.unreachable, "libcurl can't begin a conversation", stage: .connecting)
        }
    }

    private static func refusal(_ code: Int, _ stage: SMTPStage, by host: String) -> MailError {
        let isForNow = code < 500
        let (object, advice) =
            switch stage {
            case .recipient: ("the recipient", "the server's own log has its reason")
            case .content: ("the mail", "the server's own log has its reason")
            case .sender:
                ("the sender", "check the sender's address, and whether the server wants a user and a password")
            case .connecting, .securing, .signingIn: ("the conversation", "does the server serve this machine?")
            }
        return MailError(
            isForNow ? .refusedForNow : .refused,
            "the mail server \(host) refused \(object) \(isForNow ? "for now" : "for good") (SMTP \(code))",
            hint: isForNow ? "it is tried again later" : advice, stage: stage,
            replyCode: code)
    }
}
