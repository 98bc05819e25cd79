internal import Dispatch
internal import Glibc
package import RightsCore

/// Writes mails into a folder, as `<message id>.eml` for the owner alone: for development, or for a program that fetches.
package struct FolderTransport: MailTransport {
    private let folder: String
    private let now: @Sendable () -> Instant
    private let queue = DispatchQueue(label: "mail.folder")
    /// What names of mails that aren't whole yet end with.
    private static let ending = ".partial"

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
        let temporary = "\(folder)/.\(message.messageID.text).\(UInt32.random(in: 0...UInt32.max))\(Self.ending)"
        if mkdir(folder, 0o700) != 0 && errno != EEXIST { return .failure(unusable()) }
        removeOrphans()
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return .failure(unusable()) }
        // Closed last: the lock says until then that somebody writes it.
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, writeAll(message.bytes, to: descriptor),
            fsync(descriptor) == 0, rename(temporary, "\(folder)/\(message.messageID.text).eml") == 0
        else {
            let refusal = unusable()
            unlink(temporary)
            return .failure(refusal)
        }
        synchronizeFolder()
        return .success(())
    }

    /// A partial mail that nobody holds locked was left by a killed process; it may hold a code or a link. One that was
    /// taken before it was locked can't be named, and its mail is sent again.
    private func removeOrphans() {
        guard let listing = opendir(folder) else { return }
        defer { closedir(listing) }
        while let entry = readdir(listing) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard name.hasPrefix("."), name.hasSuffix(Self.ending) else { continue }
            let path = "\(folder)/\(name)"
            let handle = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
            guard handle >= 0 else { continue }
            if flock(handle, LOCK_EX | LOCK_NB) == 0 { unlink(path) }
            close(handle)
        }
    }

    private func unusable() -> MailError {
        let number = errno
        return MailError(
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
