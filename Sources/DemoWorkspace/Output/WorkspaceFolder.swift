import Crypto
import FoundationEssentials

/// The folder beside the database: the object store's files, and the lists of people, rows and files.
final class WorkspaceFolder {
    private(set) var fileCount = 0
    private let objects: String
    private var people: AppendedFile
    private var owned: AppendedFile
    private var files: AppendedFile
    private var shelves: Set<String> = []

    init(path: String) throws {
        objects = path + "/objects"
        try FileManager.default.createDirectory(atPath: objects, withIntermediateDirectories: true)
        people = try AppendedFile(path: path + "/people.tsv")
        owned = try AppendedFile(path: path + "/owned.tsv")
        files = try AppendedFile(path: path + "/files.tsv")
    }

    /// Adds a line to `people.tsv`: id, e-mail, trait.
    func list(_ person: Person) throws {
        try people.append("\(person.id)\t\(person.email)\t\(person.trait.rawValue)\n")
    }

    /// Adds a line to `owned.tsv`: owner, table, primary key.
    func listRow(owner: String, table: String, key: String) throws {
        var line = owner
        line += "\t"
        line += table
        line += "\t"
        line += key
        line += "\n"
        try owned.append(line)
    }

    /// Writes a file into the object store, unless it is to be missing, and adds a line to `files.tsv`.
    func store(_ file: StoredFile, owner: String, table: String, row: String) throws {
        fileCount += 1
        if file.state != .missing { try write(file) }
        try files.append(
            "\(owner)\t\(table)\t\(row)\t\(file.key)\t\(file.state.rawValue)\t\(file.content.count)\t\(file.sha256)\n")
    }

    /// Writes out everything that still waits.
    func finish() throws {
        try people.flush()
        try owned.flush()
        try files.flush()
    }

    private func write(_ file: StoredFile) throws {
        let shelf = objects + "/" + file.key.prefix(2)
        if shelves.insert(shelf).inserted {
            try FileManager.default.createDirectory(atPath: shelf, withIntermediateDirectories: true)
        }
        var object = try AppendedFile(path: objects + "/" + file.key)
        let length = file.state == .truncated ? file.content.count / 2 : file.content.count
        try object.append(Array(file.content.prefix(length)))
        try object.flush()
    }
}
