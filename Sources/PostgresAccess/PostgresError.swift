/// A failure of a connection or statement: names of things, never values of rows.
package struct PostgresError: Error, Sendable, CustomStringConvertible {
    /// Stable codes (docs/errors.md).
    package enum Code: String, Sendable, CaseIterable {
        /// The connection string can't be read.
        case badConnectionString = "postgres.bad-connection-string"
        /// The server can't be reached or refuses the login.
        case cannotConnect = "postgres.cannot-connect"
        /// The database's encoding can't be turned into UTF-8 reliably.
        case unsupportedEncoding = "postgres.unsupported-encoding"
        /// The connection broke.
        case connectionLost = "postgres.connection-lost"
        /// The server refused a statement.
        case statementFailed = "postgres.statement-failed"
        /// The statement was cancelled.
        case cancelled = "postgres.cancelled"
        /// A statement or lock took longer than allowed.
        case timedOut = "postgres.timed-out"
        /// The pool gave no connection in time, or is closed.
        case poolExhausted = "postgres.pool-exhausted"
    }

    /// What went wrong.
    package let code: Code
    /// The five characters of PostgreSQL's appendix A, when the server said so.
    package let sqlState: String?
    /// Said for people. Text of the server only where its class never carries values.
    package let message: String
    /// The object named by the server.
    package let object: String?

    init(_ code: Code, _ message: String, sqlState: String? = nil, object: String? = nil) {
        self.code = code
        self.message = message
        self.sqlState = sqlState
        self.object = object
    }

    package var description: String {
        let place = object.map { " (\($0))" } ?? ""
        let state = sqlState.map { " [SQLSTATE \($0)]" } ?? ""
        return message + place + state
    }

    /// A failure reported with an error response.
    ///
    /// Classes 22, 23 and P0 quote values in their primary message, so only their state is repeated.
    static func server(sqlState: String, primary: String, object: String?) -> PostgresError {
        let code: Code =
            switch sqlState {
            case "57014": .cancelled
            case "55P03", "25P03": .timedOut
            default: sqlState.hasPrefix("08") || sqlState.hasPrefix("57P") ? .connectionLost : .statementFailed
            }
        let isSafe = ["08", "0A", "25", "28", "3D", "3F", "42", "53", "54", "55", "57"].contains {
            sqlState.hasPrefix($0)
        }
        let message = isSafe && !quotesText(sqlState) ? primary : "the server refused a statement"
        return PostgresError(code, message, sqlState: sqlState, object: object)
    }

    /// Syntax errors quote the statement's text.
    private static func quotesText(_ sqlState: String) -> Bool { sqlState == "42601" }
}
