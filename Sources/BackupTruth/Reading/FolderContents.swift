internal import FoundationEssentials
internal import RightsCore

/// What lies in a folder.
struct FolderContents: Sendable, Hashable {
    enum Kind: Sendable, Hashable {
        case file
        case folder
        case other
    }

    struct Entry: Sendable, Hashable {
        let kind: Kind
        let modified: Instant
    }

    let entries: [String: Entry]

    /// The names, in order.
    var names: [String] { entries.keys.sorted() }

    init(_ entries: [String: Entry]) { self.entries = entries }

    /// Lists a folder; an error where it isn't there or may not be read.
    init(path: String) throws(FolderFailure) {
        var entries: [String: Entry] = [:]
        do {
            for name in try FileManager.default.contentsOfDirectory(atPath: path) {
                let facts = try FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")
                entries[name] = Entry(kind: Self.kind(facts), modified: try Self.modified(facts))
            }
        } catch {
            throw FolderFailure(isMissing: !FileManager.default.fileExists(atPath: path))
        }
        self.entries = entries
    }

    private static func kind(_ facts: [FileAttributeKey: Any]) -> Kind {
        switch facts[.type] as? FileAttributeType {
        case .typeRegular: .file
        case .typeDirectory: .folder
        default: .other
        }
    }

    private static func modified(_ facts: [FileAttributeKey: Any]) throws(FolderFailure) -> Instant {
        guard let date = facts[.modificationDate] as? Date else { throw FolderFailure(isMissing: false) }
        return Instant(microseconds: Int64((date.timeIntervalSince1970 * 1_000_000).rounded(.down)))
    }
}

/// Why a folder can't be listed.
struct FolderFailure: Error, Sendable, Hashable {
    let isMissing: Bool

    func obstacle(_ path: String) -> Obstacle {
        isMissing
            ? Obstacle(.missing, "\(path) isn't there; is it mounted?") : Obstacle(.refused, "\(path) can't be read")
    }
}
