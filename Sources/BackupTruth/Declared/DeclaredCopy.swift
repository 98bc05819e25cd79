/// A place where copies of the database lie, as the operator declared it.
package struct DeclaredCopy: Sendable, Hashable {
    /// What reads it.
    package enum Source: Sendable, Hashable {
        /// One repository of a pgBackRest stanza.
        case pgBackRest(PgBackRestCopy)
        /// A server of Barman.
        case barman(BarmanCopy)
        /// A folder of what `pg_basebackup` made.
        case baseBackup(FolderCopy)
        /// A folder of what `pg_dump` made.
        case dump(DumpCopy)
        /// A person's word for copies that no adapter can read.
        case attestation(Attestation)
    }

    /// Its name; no other copy has it.
    package let name: String
    /// What reads it, with that reader's settings.
    package let source: Source
    /// How long it keeps what it holds.
    package let policy: CopyPolicy

    /// A declared copy.
    package init(name: String, source: Source, policy: CopyPolicy) {
        self.name = name
        self.source = source
        self.policy = policy
    }
}

/// Which repository of pgBackRest, and how it is asked.
package struct PgBackRestCopy: Sendable, Hashable {
    /// The program with whatever has to stand before it, such as `sudo -n -u postgres`.
    package let command: [String]
    /// The configuration file; pgBackRest's own default when nil.
    package let configuration: String?
    /// The stanza.
    package let stanza: String
    /// The repository's number, as in `repo1-path`.
    package let repository: Int

    /// A repository of a stanza.
    package init(
        command: [String] = ["pgbackrest"], configuration: String? = nil, stanza: String, repository: Int = 1
    ) {
        self.command = command
        self.configuration = configuration
        self.stanza = stanza
        self.repository = repository
    }

    /// Whether two copies are repositories of one stanza.
    func isBeside(_ other: PgBackRestCopy) -> Bool {
        command == other.command && configuration == other.configuration && stanza == other.stanza
    }
}

/// Which server of Barman, and how it is asked.
package struct BarmanCopy: Sendable, Hashable {
    /// The program with whatever has to stand before it.
    package let command: [String]
    /// The configuration file; Barman's own default when nil.
    package let configuration: String?
    /// The server's name in Barman's configuration.
    package let server: String

    /// A server of Barman.
    package init(command: [String] = ["barman"], configuration: String? = nil, server: String) {
        self.command = command
        self.configuration = configuration
        self.server = server
    }
}

/// A folder whose entries are base backups.
package struct FolderCopy: Sendable, Hashable {
    /// The folder.
    package let path: String

    /// A folder.
    package init(path: String) { self.path = path }
}

/// A folder whose entries are dumps.
package struct DumpCopy: Sendable, Hashable {
    /// Whether a dump without a sidecar counts as clean when its file is newer than the erasure.
    package enum FileTimes: String, Sendable, Hashable, CaseIterable {
        /// It doesn't: whoever copies a file may make it look newer than it is.
        case refused
        /// It does, and the verdict says that it rests on file times.
        case accepted
    }

    /// The folder.
    package let path: String
    /// What file times are good for.
    package let fileTimes: FileTimes

    /// A folder of dumps.
    package init(path: String, fileTimes: FileTimes = .refused) {
        self.path = path
        self.fileTimes = fileTimes
    }
}
