/// How a column's value arrives and what becomes of it.
package enum ValueForm: Sendable, Hashable {
    /// One byte.
    case bool
    /// Two, four or eight bytes, big-endian.
    case int16, int32, int64
    /// UTF-8: text, varchar, bpchar, name, citext, enum labels.
    case text
    /// Sixteen bytes.
    case uuid
    /// Microseconds since 2000-01-01, with or without zone; the extremes are infinities.
    case timestamp, timestamptz
    /// Days since 2000-01-01; the extremes are infinities.
    case date
    /// JSON text as it was stored; not always text that a JSON reader may meet (lone surrogates, NUL).
    case json
    /// A version byte, then JSON text.
    case jsonb
    /// Any bytes; base64 in the archive.
    case bytea
    /// `to_json(value)::text` made by the server: a JSON string, number or boolean.
    case serverScalar(isNumeric: Bool)
    /// `to_json(value)::text` made by the server: an array or object.
    case serverJSON

    /// Whether a spreadsheet should see numbers, so that no `'` is put before a minus sign.
    package var isNumeric: Bool {
        switch self {
        case .int16, .int32, .int64: true
        case .serverScalar(let isNumeric): isNumeric
        default: false
        }
    }

    /// Whether the server must turn the value into JSON text for us.
    package var isMadeByServer: Bool {
        switch self {
        case .serverScalar, .serverJSON: true
        default: false
        }
    }

    /// The form for a base type of PostgreSQL's own, by its name in `pg_type`.
    package init(baseType: String, isBuiltIn: Bool, kind: Character) {
        self = Self.form(baseType, isBuiltIn, kind)
    }

    private static func form(_ type: String, _ isBuiltIn: Bool, _ kind: Character) -> ValueForm {
        switch (kind, isBuiltIn, type) {
        case ("e", _, _): .text
        case ("c", _, _): .serverJSON
        case ("b", false, "citext"): .text
        case ("b", false, "hstore"): .serverJSON
        case ("b", true, "bool"): .bool
        case ("b", true, "int2"): .int16
        case ("b", true, "int4"): .int32
        case ("b", true, "int8"): .int64
        case ("b", true, "text"), ("b", true, "varchar"), ("b", true, "bpchar"), ("b", true, "name"): .text
        case ("b", true, "uuid"): .uuid
        case ("b", true, "timestamp"): .timestamp
        case ("b", true, "timestamptz"): .timestamptz
        case ("b", true, "date"): .date
        case ("b", true, "json"): .json
        case ("b", true, "jsonb"): .jsonb
        case ("b", true, "bytea"): .bytea
        case ("b", true, "numeric"), ("b", true, "float4"), ("b", true, "float8"): .serverScalar(isNumeric: true)
        default: type.hasPrefix("_") || !isBuiltIn ? .serverJSON : .serverScalar(isNumeric: false)
        }
    }
}
