/// Guesses from names and types which columns hold secrets: what lets somebody in, or stands for what does.
///
/// Words are looked at, not letters, so that `tokens_used` or `passenger` are none. What only speaks about a secret (its
/// kind, its date, how many there are) is none either: by its type where it is a date, a number or a Boolean, by its
/// last word where it is text. Such a column belongs to the person and must not go missing for its name.
enum SecretNames {
    /// Whether the column's name sounds like a password, token or key.
    static func isLikelySecret(_ column: CatalogueColumn) -> Bool {
        guard canHold(column.baseType) else { return false }
        return isLikelySecret(column, words: NameWords(column.name))
    }

    /// The same, where the name's words are known.
    static func isLikelySecret(_ column: CatalogueColumn, words: NameWords) -> Bool {
        guard canHold(column.baseType), !about.contains(words.last) else { return false }
        if wholes.contains(column.baseType) { return words.hasAny(codes) && words.list.count < 3 }
        if column.baseType == "uuid" { return words.last == "token" || words.last == "secret" }
        return (words.hasAny(self.words) || words.list.contains(where: hidesSecret)) && !words.hasAny(published)
    }

    /// Whether the column sounds like a secret in a table of this name, though it doesn't by itself: the `key` of a second
    /// factor, the `code` of a grant, `cart_id` as text that names a browser's session.
    static func isLikelySecret(_ column: CatalogueColumn, words: NameWords, table: NameWords) -> Bool {
        guard texts.contains(column.baseType) else { return false }
        if words.hasAny(handles) { return true }
        let name = words.list.joined()
        return (name == "key" || name == "seed") && table.hasAny(factors)
            || name == "code" && (table.hasAny(grants) || table.last.hasSuffix("grant"))
    }

    /// Whether a secret may be the person's own to take along: the keys that a messenger keeps for them, sealed.
    static func mayBeOwnBackup(table: NameWords) -> Bool { table.hasAny(backups) }

    /// Whether the name leaves it open: a hash, a key or a code of something.
    static func mayBeSecret(_ column: CatalogueColumn, words: NameWords) -> Bool {
        texts.contains(column.baseType) && words.hasAny(vague) && !words.hasAny(harmless)
    }

    /// Types that can hold one. A code that is sent to a telephone may be a number.
    private static func canHold(_ type: String) -> Bool {
        texts.contains(type) || type == "uuid" || wholes.contains(type)
    }

    /// Words run together: `userpassword`.
    private static func hidesSecret(_ word: String) -> Bool {
        word.utf8.count > 8 && runTogether.contains(where: word.contains)
    }

    private static let handles: Set<String> = ["pushkey", "cartid", "rawbarcode", "sessionkey"]
    private static let factors: Set<String> = ["otp", "totp", "hotp", "mfa", "u2f", "webauthn"]
    private static let grants: Set<String> = ["grant", "grants", "authorization", "authcode"]
    private static let backups: Set<String> = ["backup", "backups", "e2e", "roomkeys"]
    private static let texts: Set<String> = [
        "text", "varchar", "bpchar", "bytea", "citext", "json", "jsonb", "_text", "_varchar", "hstore",
    ]
    private static let wholes: Set<String> = ["int2", "int4", "int8", "numeric"]
    private static let codes: Set<String> = ["otp", "pin", "cvv", "cvc"]
    private static let published: Set<String> = ["public", "pub"]
    private static let vague: Set<String> = [
        "hash", "digest", "encrypted", "cipher", "signature", "key", "cookie", "jwt", "certificate",
    ]
    private static let harmless: Set<String> = ["public", "file", "storage", "object", "id", "type", "sha", "md"]
    private static let words: Set<String> = [
        "password", "passwd", "pwd", "passphrase", "passcode", "secret", "secrets", "salt", "otp", "totp", "hotp",
        "csrf",
        "xsrf", "nonce", "token", "tokens", "cvv", "cvc", "passwort", "kennwort", "mdp", "contrasena",
        "apikey", "privatekey", "keyhash", "accesskey", "signingkey", "encryptionkey", "sessionkey", "sessiondata",
        "recoverycode", "recoverycodes", "backupcode", "backupcodes", "resetcode", "verificationcode",
        "confirmationcode",
        "activationcode", "authcode", "pincode", "pinhash", "passhash", "mfaseed", "otpseed", "securityanswer",
        "resetkey",
        "activationkey", "authkey", "seedphrase", "authorizationcode", "refreshkey",
    ]
    private static let runTogether = [
        "password", "passwd", "apikey", "privatekey", "tokenhash", "keyhash", "secretkey",
    ]
    /// Last words of what is only about a secret.
    private static let about: Set<String> = [
        "type", "name", "count", "id", "kind", "label", "at", "on", "expiry", "expires", "expiration", "symbol", "url",
        "uri",
        "endpoint", "policy", "length", "status", "scope", "scopes", "issuer", "algorithm", "algo", "strategy",
        "version",
        "address", "strength", "enabled", "required", "method", "provider", "santa",
    ]
}
