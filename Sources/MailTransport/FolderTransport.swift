internal import Dispatch
internal import Glibc
package import RightsCore

/// Writes mails into a folder, as `<message id>.eml` for the owner alone: for development, or for a program that fetches.
package struct FolderTransport: MailTransport {
    private let folder: String
    private let now: @Sendable () -> Instant
    private let queue = DispatchQueue(label: "mail.folder")

    /// A transport into a folder that is made when it isn't there; `now` is the clock of its handovers.
    package init(folder: String, now: @escaping @Sendable () -> Instant) {
        self.folder = folder
        self.now = now
    }

    /// Writes the mail; one of the same id is replaced. A reader sees the whole file or none.
    package func send(_ message: MailMessage) async throws -> Handover {
        try Task.checkCancellation()
        let result = await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: write(message)) }
        }
        try result.get()
        return Handover(at: now(), replyCode: nil)
    }

    private func write(_ message: MailMessage) -> Result<Void, MailError> {
        let temporary = "\(folder)/.\(message.messageID.text).\(UInt32.random(in: 0...UInt32.max))"
        if mkdir(folder, 0o700) != 0 && errno != EEXIST { return .failure(unusable()) }
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return .failure(unusable()) }
        let isWritten = writeAll(message.bytes, to: descriptor) && fsync(descriptor) == 0
        let failure = errno
        close(descriptor)
        guard isWritten, rename(temporary, "\(folder)/\(message.messageID.text).eml") == 0 else {
            let refusal = unusable(isWritten ? errno : failure)
            unlink(temporary)
            return .failure(refusal)
        }
        synchronizeFolder()
        return .success(())
    }

    private func unusable(_ number: CInt = errno) -> MailError {
        MailError(
            .folderUnusable, "the folder for mails, \(folder), can't be written: \(String(cString: strerror(number)))",
            hint: "it must be a folder that this user may write, on a disk with room")
    }

    private func writeAll(_ bytes: [UInt8], to descriptor: CInt) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// Makes the new name durable.
    private func synchronizeFolder() {
        let handle = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard handle >= 0 else { return }
        fsync(handle)
        close(handle)
    }
}
