/// One value: truth values, texts and numbers; nothing is converted into something else.
struct StrictValue: SingleValueDecodingContainer {
    let decoder: StrictDecoder
    let codingPath: [any CodingKey] = []

    func decodeNil() -> Bool { decoder.value == .null }

    func decode(_ type: Bool.Type) throws -> Bool {
        guard case .bool(let value) = decoder.value else { throw decoder.mismatch("true or false") }
        return value
    }

    func decode(_ type: String.Type) throws -> String {
        guard case .string(let value) = decoder.value else { throw decoder.mismatch("a text") }
        return value
    }

    func decode(_ type: Double.Type) throws -> Double {
        guard case .number(let text) = decoder.value else { throw decoder.mismatch("a number") }
        guard let value = Double(text), value.isFinite else { throw decoder.mismatch("a number within range") }
        return value
    }

    func decode(_ type: Float.Type) throws -> Float { Float(try decode(Double.self)) }

    func decode(_ type: Int.Type) throws -> Int { try integer() }
    func decode(_ type: Int8.Type) throws -> Int8 { try integer() }
    func decode(_ type: Int16.Type) throws -> Int16 { try integer() }
    func decode(_ type: Int32.Type) throws -> Int32 { try integer() }
    func decode(_ type: Int64.Type) throws -> Int64 { try integer() }
    func decode(_ type: UInt.Type) throws -> UInt { try integer() }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try integer() }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try integer() }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try integer() }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try integer() }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try decoder.decode(type) }

    /// A number without a fraction, which `3.0` is too (JSON Schema 2020-12, 4.2.3); `1e3` is no whole number here.
    private func integer<Value: FixedWidthInteger>() throws -> Value {
        guard case .number(let text) = decoder.value else { throw decoder.mismatch("a whole number") }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let isWhole = parts.count == 1 || (parts.count == 2 && parts[1].allSatisfy { $0 == "0" })
        guard isWhole, let value = Value(parts[0]) else { throw decoder.mismatch("a whole number within range") }
        return value
    }
}
