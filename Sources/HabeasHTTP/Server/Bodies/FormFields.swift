/// The fields of a form or a query: each at most once, each known.
package struct FormFields: Sendable {
    private let values: [String: String]

    /// Parses `application/x-www-form-urlencoded`; refuses fields that aren't among the known ones.
    package init(_ bytes: some Sequence<UInt8>, known: Set<String>) throws(Problem) {
        var values: [String: String] = [:]
        for pair in Array(bytes).split(separator: UInt8(ascii: "&")) {
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            let name = try Self.text(parts[0])
            guard known.contains(name) else {
                throw Problem(.unknownField, "\(FieldPath.quoted(name)) isn't known here")
            }
            guard values[name] == nil else { throw Problem(.duplicateField, "\(FieldPath.quoted(name)) comes twice") }
            values[name] = parts.count == 2 ? try Self.text(parts[1]) : ""
        }
        self.values = values
    }

    /// A field's value; nil when it is missing.
    package subscript(_ name: String) -> String? { values[name] }

    /// A field's value; 400 when it is missing or empty.
    package func require(_ name: String) throws(Problem) -> String {
        guard let value = values[name], !value.isEmpty else { throw Problem(.missingField, "\(name) is missing") }
        return value
    }

    /// A field's value as one of an enum's; nil when it is missing, 400 when it is something else.
    package func value<Value: RawRepresentable<String> & CaseIterable>(
        _ name: String, as type: Value.Type = Value.self
    ) throws(Problem) -> Value? {
        guard let text = values[name], !text.isEmpty else { return nil }
        guard let value = Value(rawValue: text) else {
            let allowed = Value.allCases.map(\.rawValue).joined(separator: ", ")
            throw Problem(.badValue, "\(name) has a value that isn't allowed", hint: "allowed: \(allowed)")
        }
        return value
    }

    private static func text(_ bytes: ArraySlice<UInt8>) throws(Problem) -> String {
        var decoded: [UInt8] = []
        var rest = bytes
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): decoded.append(0x20)
            case UInt8(ascii: "%"):
                let digits = rest.prefix(2)
                guard digits.count == 2, digits.allSatisfy(\.isHexDigit),
                    let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
                else { throw Problem(.malformedForm, "a percent sign needs two hexadecimal digits") }
                decoded.append(value)
                rest = rest.dropFirst(2)
            default: decoded.append(byte)
            }
        }
        guard !decoded.contains(0), let text = String(validating: decoded, as: UTF8.self) else {
            throw Problem(.malformedForm, "a field isn't text in UTF-8")
        }
        return text
    }
}
