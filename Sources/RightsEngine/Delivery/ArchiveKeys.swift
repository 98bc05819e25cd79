internal import AuditLedger
package import ObjectStore

/// Finds the keys that wrap the keys of archives.
package struct ArchiveKeys: Sendable {
    /// The key of an id. It may read files, so it runs where blocking harms nobody.
    package let find: @Sendable (_ id: String) throws -> WrappingKey

    /// Keys by a way of finding them.
    package init(find: @escaping @Sendable (_ id: String) throws -> WrappingKey) { self.find = find }

    /// The keys in a folder, read anew each time, so that a rotated one is known at once.
    package init(folder: String) { find = { try KeyRing(folder: folder).wrapping.key($0) } }
}
