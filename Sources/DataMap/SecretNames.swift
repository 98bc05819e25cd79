/// Guesses from names and types which columns hold secrets.
enum SecretNames {
    private static let words = [
        "password", "passwd", "secret", "token_hash", "key_hash", "api_key", "private_key", "totp",
    ]

    /// Whether the column's name sounds like a password, token or key. Counts and dates about secrets don't count.
    static func isLikelySecret(_ column: CatalogueColumn) -> Bool {
        guard ["text", "varchar", "bpchar", "bytea", "citext", "json", "jsonb"].contains(column.baseType) else {
            return false
        }
        let name = column.name.text.lowercased()
        return words.contains { name.contains($0) }
    }
}
