/// The rows of a table that wait to be handed on, and what the lists say of them.
struct Page {
    /// The rows; a table's writer fills in the columns.
    var rows: CopyRows
    private(set) var rowCount = 0
    private(set) var byteCount = 0
    private let table: String
    private let folder: WorkspaceFolder

    init(table: String, columns: Int, folder: WorkspaceFolder) {
        self.table = table
        self.folder = folder
        rows = CopyRows(columns: columns)
    }

    /// The number of the row being written, from one on.
    var nextNumber: Int { rowCount + 1 }
    var isFull: Bool { rows.bytes.count >= 262_144 }
    var isEmpty: Bool { rows.bytes.isEmpty }

    /// Ends a row and lists it as its owner's.
    mutating func endRow(of owner: Person, key: String) throws {
        rows.endRow()
        rowCount += 1
        try folder.listRow(owner: owner.id, table: table, key: key)
    }

    /// Stores a file that the row being written points to, and lists it.
    func store(_ file: StoredFile, of owner: Person, key: String) throws {
        try folder.store(file, owner: owner.id, table: table, row: key)
    }

    /// The lines so far; starts anew.
    mutating func take() -> [UInt8] {
        byteCount += rows.bytes.count
        return rows.take()
    }
}
