internal import DataMap
internal import PostgresAccess
internal import RowEncoding

/// Reads the files of a table, its TOAST and its indexes, page by page, and looks for people in them. What is looked for stays
/// in memory here: it is no part of a statement.
///
/// It is a check, not the proof: a value that is compressed, or that an index takes apart, isn't recognized. What stands
/// beside a find isn't looked at, since the bytes before a value in a page may look like letters.
struct FileScan {
    private let patterns: HuntPatterns
    private let people: [HuntedPerson]
    private let connection: PostgresConnection
    private let means: Means

    private enum Means {
        case files, nothing
        case pages(schema: Identifier)
    }

    /// One file of a table: rows, TOAST or an index.
    private struct File {
        let name: String
        let path: String
        let bytes: Int64
    }

    /// Bytes read at once; files are cut at multiples of it.
    private static let chunk: Int64 = 1 << 20

    init(_ people: [HuntedPerson], _ plan: PurgePlan, _ connection: PostgresConnection) {
        self.people = people
        self.connection = connection
        patterns = HuntPatterns(people)
        // Without a checkpoint a file may be older than what the server has in memory.
        if plan.rights.mayReadFiles && plan.mayCheckpoint {
            means = .files
        } else if let schema = plan.rights.pageSchema {
            means = .pages(schema: schema)
        } else {
            means = .nothing
        }
    }

    /// Brings the files up to date, if files are what is read.
    func prepare() async throws(PostgresError) {
        if case .files = means { try await connection.run(unsafeSQL: "CHECKPOINT") }
    }

    /// Searches a table.
    ///
    /// - Returns: how it was searched, and how often something was found where the person has nothing to be.
    func search(_ table: TableName) async throws -> (extent: PurgeResult.FileSearch, finds: Int) {
        var finds = 0
        switch means {
        case .nothing: return (.unreadable, 0)
        case .files:
            for file in try await files(of: table) { finds += try await count(in: file, of: table, reading: fileChunk) }
            return (.files, finds)
        case .pages(let schema):
            for file in try await files(of: table) {
                finds += try await count(in: file, of: table) { try await pages(schema, $0, $1) }
            }
            return (.pages, finds)
        }
    }

    private func files(of table: TableName) async throws(PostgresError) -> [File] {
        try await connection.query(
            """
            SELECT quote_ident(m.nspname) || '.' || quote_ident(f.relname), pg_relation_filepath(f.oid),
                   pg_relation_size(f.oid)
              FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
              JOIN pg_class f ON f.oid IN (c.oid, c.reltoastrelid)
                OR f.oid IN (SELECT indexrelid FROM pg_index WHERE indrelid = c.oid)
              JOIN pg_namespace m ON m.oid = f.relnamespace
             WHERE n.nspname = $1 AND c.relname = $2 AND f.relkind <> 'p'
            """, [table.schema.text, table.name.text]
        ).map { File(name: $0[0] ?? "", path: $0[1] ?? "", bytes: $0[2].flatMap { Int64($0) } ?? 0) }
    }

    private func count(
        in file: File, of table: TableName, reading read: (File, Int64) async throws -> [UInt8]
    ) async throws -> Int {
        var finds = 0
        for offset in stride(from: 0, to: file.bytes, by: Int(Self.chunk)) {
            let bytes = try await read(file, Int64(offset))
            patterns.set.find(in: bytes) { pattern, _ in
                let isUnexpected = patterns.owners(ofPattern: pattern).contains { !isKept(people[$0.person], table) }
                if isUnexpected { finds += 1 }
            }
        }
        return finds
    }

    private func isKept(_ person: HuntedPerson, _ table: TableName) -> Bool {
        person.kept.contains { $0.table == table }
    }

    // MARK: bytes

    /// The server keeps a table in files of a gigabyte.
    private func fileChunk(_ file: File, _ offset: Int64) async throws -> [UInt8] {
        let rows = try await connection.query(
            """
            SELECT pg_read_binary_file($1 || CASE WHEN n.number = 0 THEN '' ELSE '.' || n.number END,
                       $2::bigint % n.length, $3::bigint)
              FROM (SELECT $2::bigint / s.length AS number, s.length FROM (
                  SELECT setting::bigint * current_setting('block_size')::bigint AS length
                    FROM pg_settings WHERE name = 'segment_size') AS s) AS n
            """, [file.path, "\(offset)", "\(Self.chunk)"])
        return Self.bytes(rows.first?.first.flatMap { $0 } ?? "")
    }

    private func pages(_ schema: Identifier, _ file: File, _ offset: Int64) async throws -> [UInt8] {
        let rows = try await connection.query(
            """
            SELECT string_agg(\(schema.quoted).get_raw_page($1, block), '' ORDER BY block)
              FROM generate_series($2::bigint / current_setting('block_size')::bigint,
                  least($2::bigint + $3::bigint, $4::bigint) / current_setting('block_size')::bigint - 1) AS block
            """, [file.name, "\(offset)", "\(Self.chunk)", "\(file.bytes)"])
        return Self.bytes(rows.first?.first.flatMap { $0 } ?? "")
    }

    /// `\x` and digits, as the session prints bytes.
    private static func bytes(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count / 2)
        var high: UInt8?
        for digit in text.utf8.dropFirst(2) {
            guard let value = NeedleSpelling.hexValue(digit) else { continue }
            if let first = high {
                bytes.append(first << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        return bytes
    }
}
