/// One value's bytes → its text in JSON or CSV.
enum ValueText {
    /// Writes a value that is not null. False when `json` text had to be written as a string.
    static func writeJSON(
        _ value: UnsafeRawBufferPointer, _ form: ValueForm, into out: inout OutputBuffer
    ) throws -> Bool {
        switch form {
        case .bool, .int16, .int32, .int64: try writePlain(value, form, into: &out)
        case .uuid, .timestamp, .timestamptz, .date:
            try out.append("\"")
            try writePlain(value, form, into: &out)
            try out.append("\"")
        case .text: try JSONText.writeString(value, into: &out)
        case .bytea:
            try out.append("\"")
            try Base64.write(value, into: &out)
            try out.append("\"")
        case .jsonb: try out.append(try jsonbText(value))
        case .serverScalar: try out.append(value)
        case .json, .serverJSON:
            guard JSONText.isInterchangeable(value) else {
                try JSONText.writeString(value, into: &out)
                return false
            }
            try out.append(value)
        }
        return true
    }

    /// Writes a value that is not null. True when the cell got a leading `'`.
    static func writeCSV(
        _ value: UnsafeRawBufferPointer, _ form: ValueForm, into out: inout OutputBuffer
    ) throws -> Bool {
        switch form {
        case .bool, .int16, .int32, .int64, .uuid: try writePlain(value, form, into: &out)
        case .timestamp, .timestamptz, .date: return try writeTemporalCell(value, form, into: &out)
        case .text, .json, .serverJSON: return try CSVText.write(value, isNumeric: false, into: &out)
        case .jsonb: return try CSVText.write(try jsonbText(value), isNumeric: false, into: &out)
        case .bytea: return try writeBase64Cell(value, into: &out)
        case .serverScalar(let isNumeric):
            guard value.first == 0x22 else { return try CSVText.write(value, isNumeric: isNumeric, into: &out) }
            return try JSONText.unescaped(value).withUnsafeBytes {
                try CSVText.write($0, isNumeric: isNumeric, into: &out)
            }
        }
        return false
    }

    /// Only `-infinity` begins with a character that needs a guard.
    private static func writeTemporalCell(
        _ value: UnsafeRawBufferPointer, _ form: ValueForm, into out: inout OutputBuffer
    ) throws -> Bool {
        try withUnsafeTemporaryAllocation(of: UInt8.self, capacity: PlainText.longest) { place in
            guard let start = place.baseAddress else { return false }
            let count = try text(of: value, form, to: start)
            return try CSVText.write(
                UnsafeRawBufferPointer(start: start, count: count), isNumeric: false, into: &out)
        }
    }

    /// Base64 may begin with `+`.
    private static func writeBase64Cell(_ value: UnsafeRawBufferPointer, into out: inout OutputBuffer) throws -> Bool {
        if value.isEmpty {
            try out.append("\"\"")
            return false
        }
        let startsWithPlus = value[0] >> 2 == 62
        if startsWithPlus { try out.append("'") }
        try Base64.write(value, into: &out)
        return startsWithPlus
    }

    private static func writePlain(
        _ value: UnsafeRawBufferPointer, _ form: ValueForm, into out: inout OutputBuffer
    ) throws {
        let place = try out.room(PlainText.longest)
        out.commit(try text(of: value, form, to: place))
    }

    private static func text(
        of value: UnsafeRawBufferPointer, _ form: ValueForm, to place: UnsafeMutablePointer<UInt8>
    ) throws(RowError) -> Int {
        switch form {
        case .bool:
            let word: StaticString = try load(value, UInt8.self) == 0 ? "false" : "true"
            place.update(from: word.utf8Start, count: word.utf8CodeUnitCount)
            return word.utf8CodeUnitCount
        case .int16: return PlainText.integer(Int64(try load(value, Int16.self)), to: place)
        case .int32: return PlainText.integer(Int64(try load(value, Int32.self)), to: place)
        case .int64: return PlainText.integer(try load(value, Int64.self), to: place)
        case .date: return PlainText.date(try load(value, Int32.self), to: place)
        case .timestamp: return PlainText.timestamp(try load(value, Int64.self), hasZone: false, to: place)
        case .timestamptz: return PlainText.timestamp(try load(value, Int64.self), hasZone: true, to: place)
        case .uuid:
            guard value.count == 16 else { throw .malformed }
            return PlainText.uuid(value, to: place)
        case .text, .json, .jsonb, .bytea, .serverScalar, .serverJSON:
            preconditionFailure("not a plain form")
        }
    }

    private static func load<Number: FixedWidthInteger & BitwiseCopyable>(
        _ value: UnsafeRawBufferPointer, _: Number.Type
    ) throws(RowError) -> Number {
        guard value.count == MemoryLayout<Number>.size else { throw .malformed }
        return Number(bigEndian: value.loadUnaligned(as: Number.self))
    }

    /// The text behind the version byte (jsonb_send).
    private static func jsonbText(_ value: UnsafeRawBufferPointer) throws(RowError) -> UnsafeRawBufferPointer {
        guard value.first == 1 else { throw .malformed }
        return UnsafeRawBufferPointer(rebasing: value.dropFirst())
    }
}
