// ObjectStore: bytes by key, in a folder. It must never know what it stores.

internal import Glibc
package import SystemPackage

/// Why an object can't be had.
package enum ObjectStoreError: String, Error, Sendable, CaseIterable {
    /// No object has that key.
    case notFound = "store.not-found"
    /// It is there and can't be read.
    case unreadable = "store.unreadable"
    /// The store itself isn't there, so nothing can be said about its objects.
    case unavailable = "store.unavailable"
}

/// Objects in a folder: a key is a relative path, never followed through links or upwards.
package struct FolderStore: Sendable {
    let root: FilePath

    /// The store in a folder.
    package init(root: FilePath) { self.root = root }

    /// Whether the folder is there and can be searched.
    package var isAvailable: Bool { access(root.string, R_OK | X_OK) == 0 }

    /// Opens an object for reading.
    package func open(_ key: String) throws(ObjectStoreError) -> StoredObject {
        let parts = key.split(separator: "/", omittingEmptySubsequences: false)
        guard !parts.isEmpty, parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }), !key.contains("\0") else {
            throw .notFound
        }
        var descriptor = Glibc.open(root.string, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unavailable }
        for (index, part) in parts.enumerated() {
            let isLast = index == parts.count - 1
            let flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | (isLast ? O_NONBLOCK : O_DIRECTORY)
            let next = openat(descriptor, String(part), flags)
            let reason = errno
            close(descriptor)
            guard next >= 0 else { throw reason == ENOENT || reason == ENOTDIR ? .notFound : .unreadable }
            descriptor = next
        }
        return try StoredObject(adopting: descriptor)
    }
}

/// An open object.
package struct StoredObject: ~Copyable {
    private static let window = 256 * 1024
    private let descriptor: CInt
    /// Its size in bytes when it was opened.
    package let bytes: UInt64

    init(adopting descriptor: CInt) throws(ObjectStoreError) {
        var facts = stat()
        guard fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw .unreadable
        }
        bytes = UInt64(facts.st_size)
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// Lends the bytes piece by piece and gives their number.
    ///
    /// - Throws: what `body` throws, or `ObjectStoreError.unreadable` where reading stops.
    package borrowing func forEachPiece(_ body: (RawSpan) throws -> Void) throws -> UInt64 {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.window, alignment: 16)
        defer { buffer.deallocate() }
        var total: UInt64 = 0
        while true {
            let count = read(descriptor, buffer.baseAddress, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw ObjectStoreError.unreadable }
            guard count > 0, let start = buffer.baseAddress else { return total }
            try body(RawSpan(_unsafeStart: UnsafeRawPointer(start), byteCount: count))
            total += UInt64(count)
        }
    }
}
