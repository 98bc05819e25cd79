internal import Yams

/// The copies by name, as they stand under `backups` in the settings (docs/backups.md).
package enum DeclaredCopies {
    private enum Kind: String, CaseIterable {
        case pgbackrest
        case barman
        case basebackup
        case dump
        case attestation
    }

    private static let common: Set<String> = ["kind", "policy"]

    /// Reads `backups` of a YAML document; no copies where there is no such key.
    ///
    /// - Throws: `BackupError.invalid` with line and column.
    package static func read(yaml text: String) throws(BackupError) -> [DeclaredCopy] {
        let root: Node?
        do { root = try compose(yaml: text) } catch {
            throw BackupError(.invalid, "the settings are not valid YAML")
        }
        guard let list = root?.mapping?[Node("backups")] else { return [] }
        return try read(CopyNode(node: list, path: "backups"))
    }

    static func read(_ node: CopyNode) throws(BackupError) -> [DeclaredCopy] {
        var copies: [DeclaredCopy] = []
        for (name, item) in try node.entries() {
            let copy = try copy(name, item)
            if let same = copies.first(where: { $0.source == copy.source }) {
                throw item.fail("this copy is declared already, as “\(same.name)”")
            }
            copies.append(copy)
        }
        return copies
    }

    private static func copy(_ name: String, _ node: CopyNode) throws(BackupError) -> DeclaredCopy {
        guard name.utf8.count <= 60, name.first?.isLetter == true, name.allSatisfy(isNameCharacter) else {
            throw node.fail("a copy's name is made of letters, digits, “_” and “-”, and begins with a letter")
        }
        switch try node.required("kind").choice(Kind.self) {
        case .attestation:
            let word = try attestation(node)
            let policy = CopyPolicy(.age(days: word.expiresAfterDays))
            return DeclaredCopy(name: name, source: .attestation(word), policy: policy)
        case .pgbackrest: return try copy(name, node, .pgBackRest(try pgBackRest(node)))
        case .barman: return try copy(name, node, .barman(try barman(node)))
        case .basebackup: return try copy(name, node, .baseBackup(try folder(node)))
        case .dump: return try copy(name, node, .dump(try dump(node)))
        }
    }

    private static func copy(
        _ name: String, _ node: CopyNode, _ source: DeclaredCopy.Source
    ) throws(BackupError) -> DeclaredCopy {
        DeclaredCopy(name: name, source: source, policy: try policy(try node.required("policy")))
    }

    private static func isNameCharacter(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || character == "_" || character == "-")
    }

    private static func pgBackRest(_ node: CopyNode) throws(BackupError) -> PgBackRestCopy {
        try node.checkKeys(common.union(["command", "config", "stanza", "repository"]))
        return PgBackRestCopy(
            command: try node["command"]?.command() ?? ["pgbackrest"],
            configuration: try node["config"]?.absolutePath(), stanza: try node.required("stanza").name(),
            repository: try node["repository"]?.number(1...256) ?? 1)
    }

    private static func barman(_ node: CopyNode) throws(BackupError) -> BarmanCopy {
        try node.checkKeys(common.union(["command", "config", "server"]))
        return BarmanCopy(
            command: try node["command"]?.command() ?? ["barman"],
            configuration: try node["config"]?.absolutePath(), server: try node.required("server").name())
    }

    private static func folder(_ node: CopyNode) throws(BackupError) -> FolderCopy {
        try node.checkKeys(common.union(["path"]))
        return FolderCopy(path: try node.required("path").absolutePath())
    }

    private static func dump(_ node: CopyNode) throws(BackupError) -> DumpCopy {
        try node.checkKeys(common.union(["path", "file_times"]))
        return DumpCopy(
            path: try node.required("path").absolutePath(),
            fileTimes: try node["file_times"]?.choice(DumpCopy.FileTimes.self) ?? .refused)
    }

    private static func attestation(_ node: CopyNode) throws(BackupError) -> Attestation {
        try node.checkKeys(["kind", "who", "what", "expires_after", "valid_until"])
        return Attestation(
            who: try node.required("who").text(), what: try node.required("what").text(),
            expiresAfterDays: try node.required("expires_after").days(0...3660),
            validUntil: try node.required("valid_until").date())
    }

    private static func policy(_ node: CopyNode) throws(BackupError) -> CopyPolicy {
        try node.checkKeys(["count", "window", "age", "every", "extra"])
        let extra = try node["extra"]?.days(0...3660) ?? 0
        switch (node["count"], node["window"], node["age"]) {
        case (let count?, nil, nil):
            let every = try node.required("every").days(1...366)
            return CopyPolicy(.count(try count.number(1...10_000), everyDays: every), extraDays: extra)
        case (nil, let window?, nil):
            let every = try node.required("every").days(1...366)
            return CopyPolicy(.time(days: try window.days(1...3660), everyDays: every), extraDays: extra)
        case (nil, nil, let age?):
            if let every = node["every"] { throw every.fail("“every” belongs to “count” and “window”") }
            return CopyPolicy(.age(days: try age.days(0...3660)), extraDays: extra)
        default: throw node.fail("expected one of “count”, “window” and “age”")
        }
    }
}
