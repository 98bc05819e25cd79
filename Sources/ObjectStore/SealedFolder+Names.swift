extension SealedFolder {
    /// The names of what may be objects, whole or in part, without opening anything: for a folder of many. What killed
    /// processes left half-written is removed.
    package func names() -> [String] {
        NewFile.removeOrphans(in: path)
        let names = Folder.names(path).filter { $0 != "." && $0 != ".." && !$0.hasPrefix(NewFile.marker) }
        return Set(names.map { $0.hasSuffix(KeyObject.ending) ? String($0.dropLast(KeyObject.ending.count)) : $0 })
            .sorted()
    }
}
