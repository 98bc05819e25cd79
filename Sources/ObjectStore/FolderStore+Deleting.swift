internal import Foundation
internal import Glibc
internal import SystemPackage

extension FolderStore {
    /// Where earlier versions of an object lie, beside the objects: `.versions/<key>/…`.
    package static let versions = ".versions"

    /// Removes an object and its earlier versions; one that isn't there is as good as removed.
    ///
    /// - Returns: how many files went, versions included.
    /// - Throws: `ObjectStoreError.unavailable` when the store isn't there, `.unreadable` when a file can't be removed.
    @discardableResult
    package func delete(_ key: String) throws(ObjectStoreError) -> Int {
        let parts = key.split(separator: "/", omittingEmptySubsequences: false)
        guard !parts.isEmpty, parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }), !key.contains("\0"),
            parts.first.map(String.init) != Self.versions
        else { return 0 }
        let current = try removeFile(parts.map(String.init))
        return try removeVersions(parts.map(String.init)) + current
    }

    private func removeFile(_ parts: [String]) throws(ObjectStoreError) -> Int {
        guard let folder = try openFolder(Array(parts.dropLast())) else { return 0 }
        defer { close(folder) }
        guard let name = parts.last else { return 0 }
        guard unlinkat(folder, name, 0) == 0 else {
            if errno == ENOENT { return 0 }
            throw .unreadable
        }
        // The name is gone for good only when the folder is on disk.
        guard fsync(folder) == 0 else { throw .unreadable }
        return 1
    }

    private func removeVersions(_ parts: [String]) throws(ObjectStoreError) -> Int {
        guard let folder = try openFolder([Self.versions] + parts) else { return 0 }
        close(folder)
        let path = ([root.string, Self.versions] + parts).joined(separator: "/")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        do { try FileManager.default.removeItem(atPath: path) } catch { throw .unreadable }
        return names.count
    }

    /// Opens a folder of the store step by step, never through a link; nil when it isn't there.
    private func openFolder(_ parts: [String]) throws(ObjectStoreError) -> CInt? {
        var descriptor = Glibc.open(root.string, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unavailable }
        for part in parts {
            let next = openat(descriptor, part, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
            let reason = errno
            close(descriptor)
            guard next >= 0 else {
                if reason == ENOENT || reason == ENOTDIR { return nil }
                throw .unreadable
            }
            descriptor = next
        }
        return descriptor
    }
}
