internal import Glibc
internal import SystemPackage

/// What a walk over the keys of a store came to.
package struct StoreListing: Sendable, Hashable {
    /// Objects and folders seen.
    package internal(set) var names = 0
    /// Folders that can't be read.
    package internal(set) var unreadableFolders = 0
    /// Whether the walk was stopped before its end.
    package internal(set) var isStopped = false
}

extension FolderStore {
    /// Calls `body` with the key of every object, and the path of every folder, until it says false. Links are named
    /// and not followed; names are bytes, since nothing says they are text.
    ///
    /// - Throws: `ObjectStoreError.unavailable` when the store itself can't be read.
    package func forEachName(_ body: ([UInt8]) -> Bool) throws(ObjectStoreError) -> StoreListing {
        var listing = StoreListing()
        var waiting: [[UInt8]] = []
        guard list([], &waiting, &listing, body) else { throw .unavailable }
        while !listing.isStopped, let folder = waiting.popLast() {
            if !list(folder, &waiting, &listing, body) { listing.unreadableFolders += 1 }
        }
        return listing
    }

    /// Lists one folder; false when it can't be read to its end.
    private func list(
        _ folder: [UInt8], _ waiting: inout [[UInt8]], _ listing: inout StoreListing, _ body: ([UInt8]) -> Bool
    ) -> Bool {
        guard let descriptor = descend(to: folder) else { return false }
        guard let stream = fdopendir(descriptor) else {
            close(descriptor)
            return false
        }
        defer { closedir(stream) }
        while true {
            errno = 0
            guard let entry = readdir(stream) else { return errno == 0 }
            let name = Self.name(of: entry)
            guard name != Array(".".utf8), name != Array("..".utf8) else { continue }
            let path = folder.isEmpty ? name : folder + Array("/".utf8) + name
            listing.names += 1
            guard body(path) else {
                listing.isStopped = true
                return true
            }
            if Self.isFolder(entry, in: descriptor) { waiting.append(path) }
        }
    }

    /// Opens a folder below the root, step by step, never through a link.
    private func descend(to folder: [UInt8]) -> CInt? {
        let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC
        var descriptor = Glibc.open(root.string, flags)
        for part in folder.split(separator: UInt8(ascii: "/")) where descriptor >= 0 {
            let next = openat(descriptor, part.map { CChar(bitPattern: $0) } + [0], flags | O_NOFOLLOW)
            close(descriptor)
            descriptor = next
        }
        return descriptor >= 0 ? descriptor : nil
    }

    private static func name(of entry: UnsafeMutablePointer<dirent>) -> [UInt8] {
        guard let offset = MemoryLayout<dirent>.offset(of: \.d_name) else { return [] }
        let start = UnsafeRawPointer(entry) + offset
        let count = strlen(start.assumingMemoryBound(to: CChar.self))
        return Array(UnsafeRawBufferPointer(start: start, count: count))
    }

    /// Some file systems don't say what an entry is (readdir(3)).
    private static func isFolder(_ entry: UnsafeMutablePointer<dirent>, in descriptor: CInt) -> Bool {
        guard entry.pointee.d_type == DT_UNKNOWN else { return entry.pointee.d_type == DT_DIR }
        var facts = stat()
        let name = Self.name(of: entry).map { CChar(bitPattern: $0) } + [0]
        return fstatat(descriptor, name, &facts, AT_SYMLINK_NOFOLLOW) == 0 && facts.st_mode & S_IFMT == S_IFDIR
    }
}
