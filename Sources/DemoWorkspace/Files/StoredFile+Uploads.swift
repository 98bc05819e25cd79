extension StoredFile {
    /// The current file of a person's document.
    static func upload(of person: Person, document: Int) -> StoredFile {
        make(of: person, document: document, version: nil, key: makeKey(of: person, .storageKey, document))
    }

    /// An earlier file of a person's document.
    static func version(of person: Person, document: Int, version: Int) -> StoredFile {
        let key = makeKey(of: person, .versionKey, document << 8 | version)
        return make(of: person, document: document, version: version, key: key)
    }

    private static func make(of person: Person, document: Int, version: Int?, key: String) -> StoredFile {
        var random = person.random(.storageKey, document << 8 | (version ?? 255))
        let kind = FileKind.of(document: document)
        let name = person.oddity.flatMap { $0.fileNames.isEmpty ? nil : $0.fileNames[document % $0.fileNames.count] }
        let isEmptyFile = person.trait == .hostileFileNames && document == 7
        return StoredFile(
            key: key, name: name ?? kind.makeName(of: person, document: document, version: version),
            mediaType: kind.mediaType,
            content: isEmptyFile ? [] : kind.makeContent(of: person, document: document, &random),
            state: state(of: person, document: document, version: version))
    }

    private static func state(of person: Person, document: Int, version: Int?) -> State {
        guard person.trait == .damagedFiles, version == nil else { return .ok }
        return document == 1 ? .missing : document == 2 ? .truncated : .ok
    }
}
