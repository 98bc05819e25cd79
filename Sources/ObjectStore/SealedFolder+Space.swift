internal import Glibc

extension SealedFolder {
    /// How many bytes may be written into the folder's file system so that a twentieth of it stays free.
    ///
    /// - Throws: `WholeFileError` when the folder isn't there.
    package func usableBytes() throws -> Int {
        var facts = statvfs()
        guard statvfs(path, &facts) == 0 else { throw WholeFileError(path) }
        let block = UInt64(facts.f_frsize)
        let free = UInt64(facts.f_bavail) * block
        let kept = UInt64(facts.f_blocks) * block / 20
        return Int(clamping: free > kept ? free - kept : 0)
    }
}
