internal import Glibc

/// Why bytes can't be appended, or what was appended can't be read.
package struct AppendFileError: Error, Sendable, CustomStringConvertible {
    /// The kinds of reason.
    package enum Reason: Sendable {
        /// Nothing has that name.
        case missing
        /// The disk is full, the quota used up, or the file as large as it may get.
        case noSpace
        /// It can't be written.
        case cannotWrite
        /// It can't be read.
        case cannotRead
    }

    /// The kind of reason.
    package let reason: Reason
    /// Said for people: the path and the system's words.
    package let description: String

    init(_ reason: Reason, _ path: String, _ number: CInt) {
        self.reason =
            switch number {
            case ENOENT: .missing
            case ENOSPC, EDQUOT, EFBIG: .noSpace
            default: reason
            }
        description = "\(path): \(String(cString: strerror(number)))"
    }

    init(_ error: NewFileError, _ path: String) {
        reason = error.reason == .noSpace ? .noSpace : .cannotWrite
        description = "\(path): \(error)"
    }
}

/// A file that only grows. What is appended is durable, or the file is as it was before.
///
/// It knows of no other process: who appends holds the folder (``FolderHold``).
package final class AppendFile: Sendable {
    /// What a file is opened for.
    package enum Purpose: Sendable {
        /// To read it.
        case reading
        /// To read and append.
        case appending
    }

    /// Which file it is, and how long.
    package struct Facts: Hashable, Sendable {
        /// The file system it lies in.
        package let device: UInt64
        /// Its number there.
        package let inode: UInt64
        /// Its length.
        package let bytes: Int

        fileprivate init(_ facts: stat) {
            (device, inode, bytes) = (UInt64(facts.st_dev), UInt64(facts.st_ino), Int(facts.st_size))
        }

        /// Whether both are of the same file, whatever its length.
        package func isSameFile(as other: Facts) -> Bool { device == other.device && inode == other.inode }
    }

    /// Where it lies.
    package let path: String
    private let descriptor: CInt

    /// Opens a file that is there; links are not followed.
    package init(_ path: String, for purpose: Purpose) throws(AppendFileError) {
        self.path = path
        let access = purpose == .reading ? O_RDONLY : O_RDWR | O_APPEND
        descriptor = open(path, access | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            throw AppendFileError(purpose == .reading ? .cannotRead : .cannotWrite, path, errno)
        }
    }

    deinit { close(descriptor) }

    /// Makes a file with its first bytes, durably with its name. It appears whole or not at all.
    package static func create(_ path: String, with bytes: [UInt8]) throws(AppendFileError) {
        try make(path, bytes, .free)
    }

    /// Puts a file in the place of another in one step, durably: a reader sees the old bytes or the new.
    package static func replace(_ path: String, with bytes: [UInt8]) throws(AppendFileError) {
        try make(path, bytes, .replacing)
    }

    /// Takes a name away; durable once the folder is synchronised. One that is gone already is no failure.
    package static func remove(_ path: String) throws(AppendFileError) {
        guard unlink(path) == 0 || errno == ENOENT else { throw AppendFileError(.cannotWrite, path, errno) }
    }

    private static func make(_ path: String, _ bytes: [UInt8], _ naming: NewFile.Naming) throws(AppendFileError) {
        do throws(NewFileError) {
            let file = try NewFile(path: path, naming: naming)
            try file.write(bytes.span.bytes)
            try file.synchronize()
            try file.publish()
        } catch { throw AppendFileError(error, path) }
        try synchronizeFolder(of: path)
    }

    /// Makes the names in the folder of a path durable, and says when that fails.
    package static func synchronizeFolder(of path: String) throws(AppendFileError) {
        let folder = Folder.of(path)
        let handle = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard handle >= 0 else { throw AppendFileError(.cannotWrite, folder, errno) }
        defer { close(handle) }
        if fsync(handle) != 0 { throw AppendFileError(.cannotWrite, folder, errno) }
    }

    /// What has that name now; nil when nothing has.
    package static func facts(of path: String) throws(AppendFileError) -> Facts? {
        var found = stat()
        if lstat(path, &found) == 0 { return Facts(found) }
        guard errno == ENOENT else { throw AppendFileError(.cannotRead, path, errno) }
        return nil
    }

    /// The names in a folder.
    package static func names(in folder: String) throws(AppendFileError) -> [String] {
        guard access(folder, R_OK | X_OK) == 0 else { throw AppendFileError(.cannotRead, folder, errno) }
        return Folder.names(folder)
    }

    /// Which file is open, and how long it is now.
    package func facts() throws(AppendFileError) -> Facts {
        var found = stat()
        guard fstat(descriptor, &found) == 0 else { throw AppendFileError(.cannotRead, path, errno) }
        return Facts(found)
    }

    /// At most `count` bytes from a place on; fewer where the file ends.
    package func read(at offset: Int, atMost count: Int) throws(AppendFileError) -> [UInt8] {
        var number: CInt = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let step = pread(descriptor, buffer.baseAddress.map { $0 + filled }, count - filled, offset + filled)
                if step < 0 && errno == EINTR { continue }
                if step < 0 { number = errno }
                guard step > 0 else { return }
                filled += step
            }
        }
        guard number == 0 else { throw AppendFileError(.cannotRead, path, number) }
        return bytes
    }

    /// Appends bytes and makes them durable. Where that fails, what was written of them is taken back.
    ///
    /// - Parameter end: where the file ends now.
    package func append(_ bytes: [UInt8], at end: Int) throws(AppendFileError) {
        let number = write(bytes)
        if number == 0 && fsync(descriptor) == 0 { return }
        let failure = AppendFileError(.cannotWrite, path, number == 0 ? errno : number)
        try cut(to: end)
        throw failure
    }

    /// Shortens the file, durably.
    package func cut(to bytes: Int) throws(AppendFileError) {
        guard ftruncate(descriptor, bytes) == 0, fsync(descriptor) == 0 else {
            throw AppendFileError(.cannotWrite, path, errno)
        }
    }

    /// - Returns: 0, or the number of the error.
    private func write(_ bytes: [UInt8]) -> CInt {
        bytes.withUnsafeBytes { bytes in
            var rest = bytes
            while !rest.isEmpty {
                let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { return count < 0 ? errno : EIO }
                rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
            }
            return 0
        }
    }
}
