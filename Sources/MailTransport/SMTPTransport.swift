internal import Dispatch
package import RightsCore
internal import Synchronization

/// Hands mails to an SMTP server, one connection a mail.
///
/// libcurl blocks, so each conversation runs on a thread of the transport's own queue. Callers bound how many there are
/// at once.
package struct SMTPTransport: MailTransport {
    private let settings: SMTPSettings
    private let now: @Sendable () -> Instant
    private let queue = DispatchQueue(label: "mail.smtp", attributes: .concurrent)

    /// A transport to one server; `now` is the clock of its handovers.
    package init(_ settings: SMTPSettings, now: @escaping @Sendable () -> Instant) {
        self.settings = settings
        self.now = now
    }

    package func send(_ message: MailMessage) async throws -> Handover {
        try Task.checkCancellation()
        let cancellation = Cancellation()
        let ending = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                queue.async { continuation.resume(returning: converse(message, until: cancellation)) }
            }
        } onCancel: {
            cancellation.cancel()
        }
        if case .cancelled = ending { throw CancellationError() }
        return Handover(at: now(), replyCode: try ending.replyCode(from: settings.host))
    }

    private func converse(_ message: MailMessage, until cancellation: Cancellation) -> SMTPEnding {
        guard let conversation = SMTPConversation(settings, message, until: cancellation) else { return .notStarted }
        return conversation.run()
    }
}

/// Said from any thread, heard by the conversation.
final class Cancellation: Sendable {
    private let flag = Atomic(false)

    func cancel() { flag.store(true, ordering: .relaxed) }

    var isCancelled: Bool { flag.load(ordering: .relaxed) }
}
