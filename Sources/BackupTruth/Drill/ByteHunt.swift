internal import PostgresAccess
internal import SystemPackage

/// Looks for canaries in every byte of a data folder, on a thread of its own.
actor ByteHunt {
    private let home = OwnQueue("habeas.drill.bytes")
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe home.asUnownedSerialExecutor() }

    /// How often something was found.
    struct Finds: Sendable, Hashable {
        var files = 0
        var log = 0
    }

    private static let chunk = 4 << 20
    private let canaries: DrillCanaries

    init(_ canaries: DrillCanaries) { self.canaries = canaries }

    /// Searches all files under a data folder; those of the log apart.
    ///
    /// - Throws: `Errno` for a file that can't be read; one that goes meanwhile is passed over.
    func search(_ data: String) throws -> Finds {
        var finds = Finds()
        guard !canaries.texts.isEmpty else { return finds }
        for file in try FolderWalk.files(in: data) {
            try Task.checkCancellation()
            let count: Int
            do { count = try search(file: file) } catch Errno.noSuchFileOrDirectory { continue }
            if file.hasPrefix("\(data)/pg_wal/") { finds.log += count } else { finds.files += count }
        }
        return finds
    }

    private func search(file: String) throws -> Int {
        let descriptor = try FileDescriptor.open(FilePath(file), .readOnly, options: [.noFollow, .closeOnExec])
        return try descriptor.closeAfter {
            var found = 0
            var kept: [UInt8] = []
            while true {
                let piece = try unsafe [UInt8](unsafeUninitializedCapacity: Self.chunk) { buffer, count in
                    count = try unsafe descriptor.read(into: UnsafeMutableRawBufferPointer(buffer))
                }
                let text = kept + piece
                guard !piece.isEmpty else { return found + canaries.count(in: text, before: text.count) }
                // What begins in the kept end is counted with the next piece.
                let own = max(0, text.count - canaries.overlap)
                found += canaries.count(in: text, before: own)
                kept = Array(text[own...])
            }
        }
    }
}
