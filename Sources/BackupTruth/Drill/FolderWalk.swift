internal import FoundationEssentials

/// What lies under a folder; symbolic links aren't followed.
enum FolderWalk {
    /// The paths of all plain files, in order.
    static func files(in folder: String) throws -> [String] { try entries(folder, .typeRegular) }

    /// The paths of all symbolic links, in order.
    static func links(in folder: String) throws -> [String] { try entries(folder, .typeSymbolicLink) }

    /// The sum of the lengths of all plain files.
    static func bytes(in folder: String) throws -> UInt64 {
        try files(in: folder).reduce(0) { sum, path in
            // A file that goes meanwhile takes no room.
            let facts = try? FileManager.default.attributesOfItem(atPath: path)
            return sum + UInt64((facts?[.size] as? Int) ?? 0)
        }
    }

    private static func entries(_ folder: String, _ wanted: FileAttributeType) throws -> [String] {
        var found: [String] = []
        var waiting = [folder]
        while let next = waiting.popLast() {
            let names: [String]
            do { names = try FileManager.default.contentsOfDirectory(atPath: next) } catch {
                // A running server removes folders, too.
                if !FileManager.default.fileExists(atPath: next) { continue }
                throw error
            }
            for name in names {
                let path = "\(next)/\(name)"
                guard let facts = try? FileManager.default.attributesOfItem(atPath: path),
                    let type = facts[.type] as? FileAttributeType
                else { continue }
                if type == wanted { found.append(path) }
                if type == .typeDirectory { waiting.append(path) }
            }
        }
        return found.sorted()
    }
}
