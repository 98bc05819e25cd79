package import ObjectStore
internal import RowEncoding

/// An object of an erased row, which must be gone.
package struct ErasedObject: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    /// The person's reference.
    package let person: String
    let key: String

    /// An object by the person's reference and its key.
    package init(person: String, key: String) {
        self.person = person
        self.key = key
    }

    package var description: String { "\(person):<personal>" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// What a hunt through an object store found. It holds counts, and no key.
package struct ObjectHuntReport: Sendable, Hashable, Encodable {
    /// Names in which a person's identifier stands.
    package struct Find: Sendable, Hashable, Encodable {
        /// The person's reference.
        package let person: String
        /// The name of the identifier found.
        package let kind: String
        /// Objects and folders that have it in their own name.
        package let names: Int
        /// Whether the plan keeps them.
        package let isExpected: Bool
    }

    /// Objects that should be gone and aren't.
    package struct Remaining: Sendable, Hashable, Encodable {
        /// The person's reference.
        package let person: String
        /// How many.
        package let objects: Int
    }

    /// The store's name.
    package let store: String
    /// Names searched.
    package internal(set) var names = 0
    /// Folders that can't be read.
    package internal(set) var unreadableFolders = 0
    /// What was found.
    package internal(set) var finds: [Find] = []
    /// What wasn't destroyed.
    package internal(set) var remaining: [Remaining] = []
    /// Why not everything was searched.
    package internal(set) var obstacle: HuntReport.Obstacle?

    /// Whether every name was searched. Contents never are.
    package var isComplete: Bool { obstacle == nil }

    /// Whether something of that person is left where the plan keeps nothing.
    package func hasLeftovers(of person: String) -> Bool {
        remaining.contains { $0.person == person } || finds.contains { $0.person == person && !$0.isExpected }
    }
}

extension LeftoverHunt {
    private struct Place: Hashable {
        let owner: HuntPatterns.Owner
        let isKept: Bool
    }

    /// Searches the names of a store's objects and folders, and looks whether erased objects are gone.
    ///
    /// - Parameters:
    ///   - erased: objects of erased rows.
    ///   - kept: keys of objects that the plan keeps.
    package func search<Time: Clock>(
        _ store: FolderStore, named name: String, erased: [ErasedObject] = [], kept: Set<String> = [],
        clock: Time = ContinuousClock()
    ) -> ObjectHuntReport where Time.Duration == Duration {
        let deadline = clock.now.advanced(by: limits.budget)
        var report = ObjectHuntReport(store: name)
        let kept = Set(kept.map { Array($0.utf8) })
        var counts: [Place: Int] = [:]
        do {
            let listing = try store.forEachName { path in
                // A folder's name was searched when the folder was met.
                let own = Array((path.lastIndex(of: UInt8(ascii: "/")).map { path[$0...] }) ?? path[...])
                var owners: Set<HuntPatterns.Owner> = []
                RowSearch.hits(of: patterns.set, in: own, column: 0, row: 0) {
                    owners.formUnion(patterns.owners(of: $0, in: .objectName))
                }
                let isKept = !owners.isEmpty && kept.contains { $0 == path || $0.starts(with: path + Array("/".utf8)) }
                for owner in owners { counts[Place(owner: owner, isKept: isKept), default: 0] += 1 }
                return clock.now < deadline
            }
            report.names = listing.names
            report.unreadableFolders = listing.unreadableFolders
            report.obstacle = listing.isStopped ? .time : listing.unreadableFolders > 0 ? .permission : nil
        } catch {
            report.obstacle = .connection
        }
        report.finds = counts.map { place, names in
            ObjectHuntReport.Find(
                person: people[place.owner.person].reference, kind: place.owner.kind, names: names,
                isExpected: place.isKept)
        }.sorted { ($0.person, $0.kind) < ($1.person, $1.kind) }
        report.remaining = Self.remaining(erased, in: store)
        return report
    }

    /// An object that can't be opened is there all the same.
    private static func remaining(_ erased: [ErasedObject], in store: FolderStore) -> [ObjectHuntReport.Remaining] {
        var counts: [String: Int] = [:]
        for object in Set(erased) {
            do {
                _ = try store.open(object.key)
                counts[object.person, default: 0] += 1
            } catch {
                if error == .unreadable { counts[object.person, default: 0] += 1 }
            }
        }
        return counts.map { ObjectHuntReport.Remaining(person: $0, objects: $1) }.sorted { $0.person < $1.person }
    }
}
