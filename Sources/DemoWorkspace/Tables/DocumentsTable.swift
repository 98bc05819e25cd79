/// Uploaded files, and pages without a file.
struct DocumentsTable: DemoTable {
    let name = "documents"
    let purpose = Purpose.documents
    let columns = [
        "id", "user_id", "title", "kind", "body", "storage_key", "file_name", "byte_size", "sha256", "media_type",
        "thumbnail", "created_at", "deleted_at",
    ]

    func units(of person: Person) -> Int { person.portion.uploads + person.portion.pages }

    func write(_ unit: Unit, to page: inout Page) throws {
        var random = unit.random
        let key = unit.id(.documents)
        let topic = unit.person.topic(unit.ordinal)
        page.rows.plain(key)
        page.rows.plain(unit.person.id)
        page.rows.text(unit.marked(or: topic.title))
        if unit.ordinal < unit.person.portion.uploads {
            try writeFile(unit, key, &random, to: &page)
        } else {
            writePage(unit, topic, &random, to: &page.rows)
        }
        page.rows.binary(unit.odd { $0.binaries } ?? thumbnail(unit, &random))
        page.rows.plain(unit.odd({ $0.instants }, 4) ?? unit.moment.text)
        page.rows.plain(unit.binned())
        try page.endRow(of: unit.person, key: key)
    }

    private func writeFile(_ unit: Unit, _ key: String, _ random: inout SplitMix64, to page: inout Page) throws {
        let file = StoredFile.upload(of: unit.person, document: unit.ordinal)
        page.rows.plain(FileKind.of(document: unit.ordinal).documentKind)
        page.rows.null()
        page.rows.write(file)
        try page.store(file, of: unit.person, key: key)
    }

    private func writePage(_ unit: Unit, _ topic: Topic, _ random: inout SplitMix64, to rows: inout CopyRows) {
        rows.plain("page")
        let list = "# \(topic.title)\n\n- \(random.pick(topic.user))\n- \(random.pick(topic.assistant))\n"
        rows.text(unit.odd { $0.bodies } ?? unit.text(1, or: list))
        for _ in 0..<5 { rows.null() }
    }

    private func thumbnail(_ unit: Unit, _ random: inout SplitMix64) -> [UInt8]? {
        let isImage = unit.ordinal < unit.person.portion.uploads && FileKind.of(document: unit.ordinal) == .image
        guard isImage else { return nil }
        return PNGImage(side: 8, hue: random.below(256), comment: "thumbnail").bytes
    }
}

extension CopyRows {
    /// The five columns that point to a file.
    mutating func write(_ file: StoredFile) {
        plain(file.key)
        text(file.name)
        integer(file.content.count)
        plain(file.sha256)
        plain(file.mediaType)
    }
}
