internal import CLibpq

/// The raw connection. Only the owning actor uses it; `PQcancel` has a handle of its own.
struct PostgresHandle: ~Copyable {
    let raw: OpaquePointer

    init(adopting raw: OpaquePointer) { self.raw = raw }

    deinit { PQfinish(raw) }
}

/// A result, freed once.
struct PostgresReply: ~Copyable {
    let raw: OpaquePointer

    init(adopting raw: OpaquePointer) { self.raw = raw }

    deinit { PQclear(raw) }

    var status: ExecStatusType { PQresultStatus(raw) }

    /// The error this result reports.
    var error: PostgresError {
        let state = field("C") ?? ""
        let table = [field("s"), field("t"), field("c")].compactMap { $0 }.joined(separator: ".")
        let object = [table, field("n").map { "constraint \($0)" } ?? ""].filter { !$0.isEmpty }.joined(separator: ", ")
        guard !state.isEmpty else { return PostgresError(.connectionLost, "the connection to the server was lost") }
        return .server(sqlState: state, primary: field("M") ?? "", object: object.isEmpty ? nil : object)
    }

    /// A diagnostic field by its code (libpq-exec, PQresultErrorField).
    private func field(_ code: Character) -> String? {
        PQresultErrorField(raw, Int32(code.asciiValue ?? 0)).map { String(cString: $0) }
    }

    /// All rows as text; nil stands for null.
    var rows: [[String?]] {
        (0..<PQntuples(raw)).map { row in
            (0..<PQnfields(raw)).map { column in
                guard PQgetisnull(raw, row, column) == 0 else { return nil }
                let count = Int(PQgetlength(raw, row, column))
                let bytes = UnsafeRawBufferPointer(start: PQgetvalue(raw, row, column), count: count)
                return String(decoding: bytes, as: UTF8.self)
            }
        }
    }
}

/// Cancels what a connection runs; legal from any thread (libpq-cancel).
final class CancelToken: Sendable {
    private struct Handle: @unchecked Sendable { let raw: OpaquePointer }
    private let handle: Handle

    init?(_ connection: borrowing PostgresHandle) {
        guard let raw = PQgetCancel(connection.raw) else { return nil }
        handle = Handle(raw: raw)
    }

    deinit { PQfreeCancel(handle.raw) }

    /// Asks the server to cancel. A failure to reach it is no news: the connection is closed anyway.
    func cancel() {
        var reason = [CChar](repeating: 0, count: 256)
        _ = PQcancel(handle.raw, &reason, Int32(reason.count))
    }
}
