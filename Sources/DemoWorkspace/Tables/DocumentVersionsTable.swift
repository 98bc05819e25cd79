/// Earlier files of documents, written together for each document.
struct DocumentVersionsTable: DemoTable {
    let name = "document_versions"
    let purpose = Purpose.documentVersions
    let columns = [
        "document_id", "version", "storage_key", "file_name", "byte_size", "sha256", "media_type", "change_note",
        "created_at",
    ]

    func units(of person: Person) -> Int { person.portion.uploads }

    func write(_ unit: Unit, to page: inout Page) throws {
        var random = unit.random
        let versions = unit.person.trait == .ordinary ? unit.ordinal % 4 : random.below(4)
        for version in 0..<versions { try write(version + 1, of: unit, &random, to: &page) }
    }

    private func write(_ version: Int, of unit: Unit, _ random: inout SplitMix64, to page: inout Page) throws {
        let document = unit.id(.documents)
        let key = "\(document)|\(version)"
        let file = StoredFile.version(of: unit.person, document: unit.ordinal, version: version)
        page.rows.plain(document)
        page.rows.integer(version)
        page.rows.write(file)
        page.rows.text(unit.marked(version, or: random.pick(["Typing errors", "As sent on", "Shorter", "Signed"])))
        page.rows.plain(unit.odd({ $0.instants }, version) ?? unit.moment.adding(days: version - 8).text)
        try page.store(file, of: unit.person, key: key)
        try page.endRow(of: unit.person, key: key)
    }
}
