/// Where an archive stands among several that belong together: each is whole and opens alone.
package struct ManifestPart: Codable, Sendable {
    /// From 1.
    package var number: Int
    /// Whether no other follows.
    package var isLast: Bool
    /// The size in bytes that no part was to pass.
    package var sizeLimit: UInt64
    /// The file by which this part is larger nevertheless, since it couldn't be cut.
    package var exceededBy: String?
    /// The parts before it, in order.
    package var predecessors: [Predecessor]
    /// What lies in which part; in the last one only.
    package var index: [PartContents]?

    /// A part as later ones name it.
    package struct Predecessor: Codable, Sendable, Hashable {
        /// Its folder.
        package var name: String
        /// The SHA-256 of its manifest, which names and proves all else.
        package var manifestSha256: String

        package init(name: String, manifestSha256: String) {
            (self.name, self.manifestSha256) = (name, manifestSha256)
        }
    }

    package init(
        number: Int, isLast: Bool, sizeLimit: UInt64, exceededBy: String?, predecessors: [Predecessor],
        index: [PartContents]?
    ) {
        (self.number, self.isLast, self.sizeLimit) = (number, isLast, sizeLimit)
        (self.exceededBy, self.predecessors, self.index) = (exceededBy, predecessors, index)
    }
}

/// What one part holds, in short.
package struct PartContents: Codable, Sendable, Hashable {
    /// The part's number.
    package var number: Int
    /// Its folder.
    package var name: String
    /// Files of rows.
    package var data: [DataFile]
    /// Attachments, counted by collection.
    package var files: [Attachments]

    /// A file of rows, and how many it holds in this part.
    package struct DataFile: Codable, Sendable, Hashable {
        package var path: String
        package var rows: Int64
    }

    /// Attachments of one collection.
    package struct Attachments: Codable, Sendable, Hashable {
        package var collection: String
        package var count: Int
        package var bytes: UInt64
    }

    /// The contents of a part whose files are known.
    package init(number: Int, name: String, files all: [Manifest.File]) {
        self.number = number
        self.name = name
        data = all.compactMap { file in file.rows.map { DataFile(path: file.path, rows: $0) } }
            .sorted { $0.path < $1.path }
        var attachments: [String: Attachments] = [:]
        for file in all where file.path.hasPrefix("data/files/") {
            let collection = String(file.path.split(separator: "/")[2])
            attachments[collection, default: Attachments(collection: collection, count: 0, bytes: 0)].count += 1
            attachments[collection]?.bytes += file.bytes
        }
        files = attachments.values.sorted { $0.collection < $1.collection }
    }
}
