import ErasureLedger
import Foundation
import PostgresTestKit
import RightsCore

@testable import BackupTruth

/// What pgBackRest printed in the states that fixtures/backups names, with folders that fit.
struct Sample {
    static let system: UInt64 = 7_710_511_839_581_336_829
    static let at = Instant(microseconds: 1_795_300_000_000_000)

    let bytes: [UInt8]
    private var stanza: [String: Any]?

    init(_ name: String) throws {
        bytes = try Self.file("pgbackrest/\(name).json")
        let json = try? JSONSerialization.jsonObject(with: Data(bytes)) as? [[String: Any]]
        stanza = json?.first
    }

    static func file(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(filePath: "\(Checkout.path)/fixtures/backups/\(name)")))
    }

    /// What `info --repo=N` prints: the same without the other repositories.
    func info(_ repository: Int) throws -> ToolOutput {
        guard var stanza else { return ToolOutput(bytes) }
        func own(_ key: String, _ number: ([String: Any]) -> Int?) -> [[String: Any]] {
            ((stanza[key] as? [[String: Any]]) ?? []).filter { number($0) == repository }
        }
        let database: ([String: Any]) -> Int? = { ($0["database"] as? [String: Any])?["repo-key"] as? Int }
        stanza["archive"] = own("archive", database)
        stanza["backup"] = own("backup", database)
        stanza["db"] = own("db") { $0["repo-key"] as? Int }
        stanza["repo"] = own("repo") { $0["key"] as? Int }
        if let repo = (stanza["repo"] as? [[String: Any]])?.first, var status = stanza["status"] as? [String: Any] {
            status["code"] = (repo["status"] as? [String: Any])?["code"]
            stanza["status"] = status
        }
        return ToolOutput([UInt8](try JSONSerialization.data(withJSONObject: [stanza])))
    }

    /// What `repo-ls` prints of backups that are all there.
    func backups(_ repository: Int, also others: [String] = []) throws -> ToolOutput {
        guard let info = PgBackRestInfo(try info(repository).output)?.stanzas.first else { return Self.nothing }
        var entries = ["backup.info": "file", "backup.info.copy": "file", "backup.history": "path", "latest": "link"]
        for label in info.backup.map(\.label) + others { entries[label] = "path" }
        return try Self.listing(entries)
    }

    /// What `repo-ls --recurse` prints of an archive that holds the first and last segment of `info`, and more.
    func archive(_ repository: Int, also others: [String] = []) throws -> ToolOutput {
        let all = (stanza?["archive"] as? [[String: Any]]) ?? []
        var entries = ["archive.info": "file", "archive.info.copy": "file"]
        for archive in all where (archive["database"] as? [String: Any])?["repo-key"] as? Int == repository {
            guard let id = archive["id"] as? String else { continue }
            entries[id] = "path"
            for name in [archive["min"], archive["max"]].compactMap({ $0 as? String }) {
                entries["\(id)/\(name.prefix(16))"] = "path"
                entries["\(id)/\(name.prefix(16))/\(name)-0123456789abcdef0123456789abcdef01234567"] = "file"
            }
        }
        for other in others { entries[other] = "file" }
        return try Self.listing(entries)
    }

    static let nothing = ToolOutput(Array(#"{".":{"type":"path"}}"#.utf8))

    static func listing(_ entries: [String: String]) throws -> ToolOutput {
        let all = entries.merging([".": "path"]) { first, _ in first }.mapValues { ["type": $0] }
        return ToolOutput([UInt8](try JSONSerialization.data(withJSONObject: all)))
    }

    /// The reading of one repository in this state.
    func reading(
        _ repository: Int = 1, declared: Set<Int> = [1], live: UInt64 = system, backups: ToolOutput? = nil,
        archive: ToolOutput? = nil, histories: [String: ToolOutput] = [:]
    ) throws -> CopyReading {
        let name = (stanza?["name"] as? String) ?? "main"
        let outputs = PgBackRestOutputs(
            info: try info(repository), overview: ToolOutput(bytes),
            backups: try backups ?? self.backups(repository), archive: try archive ?? self.archive(repository),
            histories: histories)
        return PgBackRestCatalogue.reading(
            outputs, "copy", PgBackRestCopy(stanza: name, repository: repository), declared: declared,
            live: LiveCluster(system: live), at: Self.at)
    }

    /// The verdict on one repository in this state.
    func verdict(_ horizon: ErasureHorizon = .early) throws -> CopyVerdict { try reading().verdict(horizon) }
}

extension CopyReading {
    func verdict(_ horizon: ErasureHorizon = .early, now: Instant = Sample.at) -> CopyVerdict {
        VerdictRule(horizon, now: now).verdict(self, lineage)
    }

    var kinds: Set<Obstacle.Kind> { Set(obstacles.map(\.kind)) }
}

extension ErasureHorizon {
    /// The erasure of the experiment that most samples come from.
    static let early = ErasureHorizon(erased: "0/8099170", purged: "0/C94B698")
    /// The erasure that a recovery to a point in time undid.
    static let undone = ErasureHorizon(erased: "0/3700EC90", purged: "0/37010000")

    init(
        erased: String, purged: String?, system: UInt64 = Sample.system, timeline: UInt32 = 1, at: Instant = Sample.at
    ) {
        func points(_ text: String?) -> [HistoryPoint] {
            text.map { [HistoryPoint(system: system, timeline: timeline, position: LogPosition($0)!)] } ?? []
        }
        self.init(
            erased: points(erased), purged: points(purged), erasedAt: at, purgedAt: purged == nil ? nil : at)
    }
}
