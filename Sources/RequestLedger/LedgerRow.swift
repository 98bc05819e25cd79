package import RightsCore

/// Reads a row of the control database column by column, in the order of the SELECT.
struct LedgerRow {
    private var columns: ArraySlice<String?>

    init(_ columns: [String?]) { self.columns = columns[...] }

    mutating func optionalText() throws(LedgerError) -> String? {
        guard let first = columns.popFirst() else { throw Self.unreadable }
        return first
    }

    mutating func text() throws(LedgerError) -> String {
        guard let value = try optionalText() else { throw Self.unreadable }
        return value
    }

    /// A value that a text stands for.
    mutating func value<Value>(_ parse: (String) -> Value?) throws(LedgerError) -> Value {
        guard let value = parse(try text()) else { throw Self.unreadable }
        return value
    }

    mutating func optionalValue<Value>(_ parse: (String) -> Value?) throws(LedgerError) -> Value? {
        guard let text = try optionalText() else { return nil }
        guard let value = parse(text) else { throw Self.unreadable }
        return value
    }

    mutating func int() throws(LedgerError) -> Int { try value { Int($0) } }
    mutating func flag() throws(LedgerError) -> Bool { try text() == "t" }
    mutating func instant() throws(LedgerError) -> Instant { try value(Instant.init(sql:)) }
    mutating func optionalInstant() throws(LedgerError) -> Instant? { try optionalValue(Instant.init(sql:)) }
    mutating func bytes() throws(LedgerError) -> [UInt8] { try value([UInt8].init(sql:)) }
    mutating func optionalBytes() throws(LedgerError) -> [UInt8]? { try optionalValue([UInt8].init(sql:)) }
    mutating func hash() throws(LedgerError) -> Hash256 { try value { [UInt8](sql: $0).flatMap { Hash256($0) } } }

    /// Codes that were joined by commas.
    mutating func list() throws(LedgerError) -> [String] {
        try text().split(separator: ",").map(String.init)
    }

    private static var unreadable: LedgerError {
        LedgerError(.unreadable, "a row of the control database isn't what this version writes")
    }
}

extension Instant {
    /// Microseconds as `habeas.micros()` gives them.
    init?(sql text: String) {
        guard let microseconds = Int64(text) else { return nil }
        self.init(microseconds: microseconds)
    }

    /// The argument of `habeas.instant()`.
    package var sql: String { String(microseconds) }
}

extension [UInt8] {
    /// `bytea` in its hexadecimal form.
    package init?(sql text: String) {
        guard text.hasPrefix("\\x") else { return nil }
        self.init(hex: text.dropFirst(2))
    }

    /// `bytea` in its hexadecimal form.
    package var sql: String { "\\x" + hex }
}

extension Hash256 {
    /// `bytea` in its hexadecimal form.
    package var sql: String { bytes.sql }
}
