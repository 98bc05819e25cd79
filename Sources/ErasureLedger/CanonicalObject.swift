internal import RightsCore

/// A JSON object that can be written in one way only: members in the order of their names, no blanks, values that are whole
/// numbers from 0, printable ASCII without quotes and backslashes, or objects of such numbers. RFC 8785 gives the same
/// bytes.
struct CanonicalObject {
    enum Value: Hashable {
        case number(Int)
        case text(String)
        case numbers([String: Int])
    }

    /// By name, ascending.
    private(set) var members: [(name: String, value: Value)]

    /// An object of members that are there, in any order.
    init(_ members: [(String, Value?)]) {
        self.members = members.compactMap { name, value in value.map { (name, $0) } }.sorted { $0.name < $1.name }
    }

    // MARK: members

    var names: [String] { members.map(\.name) }

    subscript(_ name: String) -> Value? { members.first { $0.name == name }?.value }

    func text(_ name: String) -> String? {
        guard case .text(let text) = self[name] else { return nil }
        return text
    }

    func number(_ name: String) -> Int? {
        guard case .number(let number) = self[name] else { return nil }
        return number
    }

    func numbers(_ name: String) -> [String: Int]? {
        guard case .numbers(let numbers) = self[name] else { return nil }
        return numbers
    }

    /// 64 hexadecimal digits in lower case.
    func hash(_ name: String) -> Hash256? {
        guard let text = text(name), let hash = Hash256(hex: text), hash.hex == text else { return nil }
        return hash
    }

    // MARK: bytes

    /// The object with one more member.
    func with(_ name: String, _ value: Value) -> CanonicalObject {
        CanonicalObject(members.map { ($0.name, $0.value) } + [(name, value)])
    }

    /// The canonical bytes, one member left out.
    func bytes(without omitted: String? = nil) -> [UInt8] {
        var bytes: [UInt8] = [UInt8(ascii: "{")]
        bytes.reserveCapacity(768)
        for (name, value) in members where name != omitted {
            if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
            bytes += "\"\(name)\":".utf8
            switch value {
            case .number(let number): bytes += String(number).utf8
            case .text(let text): bytes += "\"\(text)\"".utf8
            case .numbers(let numbers): bytes += CanonicalObject(numbers.map { ($0.key, .number($0.value)) }).bytes()
            }
        }
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }

    // MARK: parsing

    /// Parses canonical bytes; nil when they are anything else.
    init?(_ bytes: [UInt8]) {
        var scanner = Scanner(bytes)
        guard let members = scanner.object() else { return nil }
        self.members = members
    }

    private struct Scanner {
        private let bytes: [UInt8]
        private var place = 0

        init(_ bytes: [UInt8]) { self.bytes = bytes }

        mutating func object() -> [(name: String, value: Value)]? {
            var members: [(name: String, value: Value)] = []
            guard take("{") else { return nil }
            repeat {
                guard let name = text(), take(":"), let value = value() else { return nil }
                if let last = members.last, last.name >= name { return nil }
                members.append((name, value))
            } while take(",")
            return take("}") && place == bytes.count ? members : nil
        }

        /// The inner object; it may have no members.
        private mutating func numbers() -> [String: Int]? {
            var numbers: [String: Int] = [:]
            var last: String?
            guard take("{") else { return nil }
            if take("}") { return numbers }
            repeat {
                guard let name = text(), take(":"), let number = number() else { return nil }
                if let last, last >= name { return nil }
                numbers[name] = number
                last = name
            } while take(",")
            return take("}") ? numbers : nil
        }

        private mutating func take(_ wanted: Unicode.Scalar) -> Bool {
            guard place < bytes.count, bytes[place] == UInt8(ascii: wanted) else { return false }
            place += 1
            return true
        }

        private mutating func value() -> Value? {
            if place < bytes.count, bytes[place] == UInt8(ascii: "\"") { return text().map(Value.text) }
            if place < bytes.count, bytes[place] == UInt8(ascii: "{") { return numbers().map(Value.numbers) }
            return number().map(Value.number)
        }

        private mutating func text() -> String? {
            guard take("\"") else { return nil }
            let start = place
            while place < bytes.count, bytes[place] != UInt8(ascii: "\"") {
                guard (0x20...0x7e).contains(bytes[place]), bytes[place] != UInt8(ascii: "\\") else { return nil }
                place += 1
            }
            let text = String(decoding: bytes[start..<place], as: UTF8.self)
            return take("\"") ? text : nil
        }

        private mutating func number() -> Int? {
            let start = place
            while place < bytes.count, (0x30...0x39).contains(bytes[place]) { place += 1 }
            let digits = bytes[start..<place]
            // At most 15 digits: what every reader of JSON takes for the same number.
            guard (1...15).contains(digits.count), digits.count == 1 || digits.first != 0x30 else { return nil }
            return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
        }
    }
}
