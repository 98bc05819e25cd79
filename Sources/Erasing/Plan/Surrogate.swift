internal import DataMap

/// What stands in the place of a value that identified somebody.
enum Surrogate {
    /// The expression for a column: null where that is allowed, else a value of its type that is nobody's.
    ///
    /// Texts are unlike any other, so that they may stand in unique columns, and carry no letter of what was there.
    /// - Returns: nil when no value of the type is surely nobody's.
    static func expression(for column: CatalogueColumn, isAddress: Bool) -> String? {
        column.isNotNull ? value(of: column, isAddress: isAddress) : "NULL"
    }

    private static func value(of column: CatalogueColumn, isAddress: Bool) -> String? {
        let random = "pg_catalog.md5(pg_catalog.gen_random_uuid()::text)"
        switch column.baseType {
        case "text", "varchar", "bpchar", "citext", "name":
            let text = isAddress ? "'erased-' || \(random) || '@erased.invalid'" : "'erased-' || \(random)"
            // An explicit cast cuts to the column's length instead of refusing.
            return "(\(text))::\(column.sqlType)"
        case "uuid": return "pg_catalog.gen_random_uuid()"
        case "bool": return "false"
        case "int2", "int4", "int8", "float4", "float8", "numeric", "money": return "0::\(column.sqlType)"
        case "date": return "DATE '1970-01-01'"
        case "timestamp": return "TIMESTAMP '1970-01-01 00:00:00'"
        case "timestamptz": return "TIMESTAMPTZ '1970-01-01 00:00:00+00'"
        case "time", "timetz": return "'00:00:00'::\(column.sqlType)"
        case "interval": return "'0'::\(column.sqlType)"
        case "bytea": return "''::bytea"
        case "json", "jsonb": return "'{}'::\(column.sqlType)"
        case "inet", "cidr": return "'0.0.0.0/32'::\(column.sqlType)"
        default:
            if column.baseType.hasPrefix("_") { return "'{}'::\(column.sqlType)" }
            return column.enumLabels.first.map { "'\($0.replacing("'", with: "''"))'::\(column.sqlType)" }
        }
    }
}
