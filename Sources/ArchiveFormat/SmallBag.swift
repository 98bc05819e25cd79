package import RightsCore

/// A BagIt bag (RFC 8493) of a few small files, as a ZIP in memory.
package struct SmallBag {
    /// One file, named from the bag's folder on.
    package struct File: Sendable, Hashable {
        /// Relative, with `/` between parts.
        package let path: String
        package let bytes: [UInt8]

        /// A file by its parts.
        package init(_ path: String, _ bytes: [UInt8]) {
            self.path = path
            self.bytes = bytes
        }

        /// SHA-256 of the bytes, in lower-case hexadecimal.
        package var sha256: String { Digest.sha256(bytes) }
    }

    /// BagIt's own files, which nothing else lists.
    package static let ownFiles: Set<String> = [
        "bagit.txt", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt",
    ]

    private let root: String
    private let moment: Instant
    private var payload: [File] = []
    private var tags: [File] = []

    /// A bag in the folder `root`, all of whose times are `at`.
    package init(root: String, at: Instant) {
        self.root = root
        moment = at
    }

    /// Adds a file: payload when its path begins with `data/`, else one that describes it.
    package mutating func add(_ file: File) {
        if file.path.hasPrefix("data/") { payload.append(file) } else { tags.append(file) }
    }

    /// The files added so far, by their paths.
    package var files: [File] { (payload + tags).sorted { $0.path < $1.path } }

    /// The ZIP.
    ///
    /// - Parameter identifier: what `bag-info.txt` names the bag by; one line.
    package func zipped(identifier: String) throws -> [UInt8] {
        let octets = payload.reduce(0) { $0 + $1.bytes.count }
        let info = """
            External-Identifier: \(identifier)
            Bagging-Date: \(moment.utcDate)
            Payload-Oxum: \(octets).\(payload.count)

            """
        var described = tags
        described.append(File("bagit.txt", Array("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n".utf8)))
        described.append(File("bag-info.txt", Array(info.utf8)))
        described.append(File("manifest-sha256.txt", Self.lines(payload)))
        let memory = MemoryDestination()
        let zip = ZipWriter(to: ArchiveOutput(to: memory), at: moment)
        for file in described + payload { _ = try zip.addEntry("\(root)/\(file.path)", file.bytes) }
        _ = try zip.addEntry("\(root)/tagmanifest-sha256.txt", Self.lines(described))
        try zip.finish()
        return memory.bytes
    }

    // MARK: reading

    /// A bag's files, read from a ZIP, and what is wrong with how they lie there.
    package struct Contents: Sendable {
        /// Bytes by path below the bag's folder.
        package private(set) var files: [String: [UInt8]] = [:]
        /// The bag's folder.
        package private(set) var root = ""
        /// What is wrong with names, and with BagIt's lists.
        package private(set) var faults: [String] = []

        /// More than any small bag holds, unpacked.
        package static let largest = 1 << 30

        /// Reads a ZIP to its end.
        package init(_ source: any ArchiveSource) throws(ArchiveError) {
            let reader = try ArchiveReader(source)
            var total = 0
            while let name = try reader.next() {
                var bytes: [UInt8] = []
                try reader.forEachPiece { piece in
                    total += piece.count
                    if total <= Self.largest { bytes.append(contentsOf: piece) }
                }
                guard total <= Self.largest else { throw ArchiveError(.damaged, "it unpacks to more than 1 GiB") }
                guard let path = place(name) else {
                    faults.append("an entry leads out of the bag's folder")
                    continue
                }
                if files.updateValue(bytes, forKey: path) != nil { faults.append("two files have the name \(path)") }
            }
            checkLists()
        }

        /// Whether a ZIP has a file of that name below its one folder.
        package static func has(_ path: String, in source: any ArchiveSource) throws(ArchiveError) -> Bool {
            let reader = try ArchiveReader(source)
            while let name = try reader.next() {
                if name.split(separator: "/", maxSplits: 1).last.map(String.init) == path { return true }
            }
            return false
        }

        private mutating func place(_ name: String) -> String? {
            let parts = name.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count > 1, parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }), !name.contains("\\")
            else { return nil }
            if root.isEmpty { root = String(parts[0]) }
            return parts[0] == root ? parts.dropFirst().joined(separator: "/") : nil
        }

        private mutating func checkLists() {
            let payload = files.filter { $0.key.hasPrefix("data/") }.map { File($0.key, $0.value) }
            let tags = files.filter { !$0.key.hasPrefix("data/") && $0.key != "tagmanifest-sha256.txt" }
                .map { File($0.key, $0.value) }
            for (name, listed) in [("manifest-sha256.txt", payload), ("tagmanifest-sha256.txt", tags)]
            where files[name] != SmallBag.lines(listed) {
                faults.append("\(name) isn't the list of the files that are there")
            }
        }
    }

    fileprivate static func lines(_ files: [File]) -> [UInt8] {
        files.sorted { $0.path < $1.path }.flatMap { Array("\($0.sha256)  \($0.path)\n".utf8) }
    }
}

/// Bytes in memory as an archive to be read.
package struct MemorySource: ArchiveSource {
    private let content: [UInt8]

    /// An archive of these bytes.
    package init(_ content: [UInt8]) { self.content = content }

    package var bytes: UInt64 { UInt64(content.count) }

    package func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) throws(ArchiveError) -> Int {
        guard offset < bytes else { return 0 }
        let piece = content[Int(offset)..<min(content.count, Int(offset) + buffer.count)]
        buffer.copyBytes(from: piece)
        return piece.count
    }
}

/// An archive that is made in memory.
private final class MemoryDestination: ArchiveDestination {
    private(set) var bytes: [UInt8] = []

    func write(_ piece: RawSpan) { piece.withUnsafeBytes { bytes.append(contentsOf: $0) } }
    func finish() {}
    func publish() {}
    func abandon() {}
    func withdraw() {}
    var reopen: (@Sendable () throws(ArchiveError) -> any ArchiveSource)? { nil }
}
