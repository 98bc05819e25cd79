extension PostgresConnection {
    /// Runs statements of the program's own in one transaction, then sets passwords as SCRAM verifiers.
    package func apply(_ statements: [String], passwords: [(role: String, password: String?)]) async throws {
        try await withTransaction(.readCommitted) { connection in
            for statement in statements { try await connection.run(unsafeSQL: statement) }
            for (role, password) in passwords {
                guard let password else { continue }
                let verifier = try await connection.scramVerifier(user: role, password: password)
                let quoted = role.replacing("\"", with: "\"\"")
                // A verifier is base64 and punctuation, never a quote (RFC 5803).
                try await connection.run(unsafeSQL: "ALTER ROLE \"\(quoted)\" PASSWORD '\(verifier)'")
            }
        }
    }
}
