/// Writing and judging JSON text (RFC 8259), escapes as PostgreSQL's `escape_json` chooses them.
enum JSONText {
    private static let chunk = 16 * 1024

    /// Writes `bytes` as a JSON string with quotes.
    static func writeString(_ bytes: UnsafeRawBufferPointer, into out: inout OutputBuffer) throws {
        try out.append("\"")
        var rest = bytes
        while rest.count > 0 {
            let part = UnsafeRawBufferPointer(rebasing: rest.prefix(chunk))
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(part.count))
            let place = try out.room(part.count * 6)
            out.commit(escape(part, to: place))
        }
        try out.append("\"")
    }

    /// Eight bytes at a time while none needs an escape.
    private static func escape(_ bytes: UnsafeRawBufferPointer, to place: UnsafeMutablePointer<UInt8>) -> Int {
        guard let source = bytes.baseAddress else { return 0 }
        var target = UnsafeMutableRawPointer(place)
        var index = 0
        while index + 8 <= bytes.count {
            let word = source.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            target.storeBytes(of: word, as: UInt64.self)
            if needsEscape(word) {
                for offset in 0..<8 { escape(source.load(fromByteOffset: index + offset, as: UInt8.self), to: &target) }
            } else {
                target += 8
            }
            index += 8
        }
        while index < bytes.count {
            escape(source.load(fromByteOffset: index, as: UInt8.self), to: &target)
            index += 1
        }
        return target - UnsafeMutableRawPointer(place)
    }

    /// Whether any byte is a control character, a quote or a backslash (“has less”, “has value” of Bit Twiddling Hacks).
    private static func needsEscape(_ word: UInt64) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        let quote = word ^ (ones &* 0x22)
        let slash = word ^ (ones &* 0x5C)
        let found =
            ((word &- ones &* 0x20) & ~word) | ((quote &- ones) & ~quote) | ((slash &- ones) & ~slash)
        return found & highs != 0
    }

    private static func escape(_ byte: UInt8, to target: inout UnsafeMutableRawPointer) {
        func put(_ byte: UInt8) {
            target.storeBytes(of: byte, as: UInt8.self)
            target += 1
        }
        func putPair(_ letter: Character) {
            put(UInt8(ascii: "\\"))
            put(letter.asciiValue ?? 0)
        }
        switch byte {
        case 0x22: putPair("\"")
        case 0x5C: putPair("\\")
        case 0x08: putPair("b")
        case 0x0C: putPair("f")
        case 0x0A: putPair("n")
        case 0x0D: putPair("r")
        case 0x09: putPair("t")
        case 0..<0x20:
            putPair("u")
            put(0x30)
            put(0x30)
            put(Hex.digit(byte >> 4))
            put(Hex.digit(byte & 15))
        default: put(byte)
        }
    }

    /// Whether every `\u` escape stands for a letter: no `\u0000`, no lone surrogate (RFC 7493 §2.1).
    ///
    /// PostgreSQL's `json` type stores both; readers of the archive may choke on them or change them.
    static func isInterchangeable(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        while let slash = bytes[index...].firstIndex(of: 0x5C) {
            guard slash + 1 < bytes.count else { return false }
            guard bytes[slash + 1] == UInt8(ascii: "u") else {
                index = slash + 2
                continue
            }
            guard let unit = Hex.unit(bytes, at: slash + 2), unit != 0 else { return false }
            index = slash + 6
            switch unit {
            case 0xDC00...0xDFFF: return false
            case 0xD800...0xDBFF:
                guard index + 1 < bytes.count, bytes[index] == 0x5C, bytes[index + 1] == UInt8(ascii: "u"),
                    let low = Hex.unit(bytes, at: index + 2), (0xDC00...0xDFFF).contains(low)
                else { return false }
                index += 6
            default: break
            }
        }
        return true
    }

    /// The letters of a JSON string that the server made, without quotes and escapes.
    static func unescaped(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        var letters: [UInt8] = []
        letters.reserveCapacity(bytes.count)
        var index = 1
        while index < bytes.count - 1 {
            guard bytes[index] == 0x5C else {
                letters.append(bytes[index])
                index += 1
                continue
            }
            switch bytes[index + 1] {
            case UInt8(ascii: "b"): letters.append(0x08)
            case UInt8(ascii: "f"): letters.append(0x0C)
            case UInt8(ascii: "n"): letters.append(0x0A)
            case UInt8(ascii: "r"): letters.append(0x0D)
            case UInt8(ascii: "t"): letters.append(0x09)
            case UInt8(ascii: "u"):
                // to_json escapes control characters only, so one unit is one letter.
                let scalar = Hex.unit(bytes, at: index + 2).flatMap { UnicodeScalar(UInt32($0)) } ?? "\u{FFFD}"
                letters.append(contentsOf: Array(String(Character(scalar)).utf8))
                index += 4
            default: letters.append(bytes[index + 1])
            }
            index += 2
        }
        return letters
    }
}

/// Hexadecimal digits.
enum Hex {
    static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x57 + value }

    /// Four digits at `start` as a number.
    static func unit(_ bytes: UnsafeRawBufferPointer, at start: Int) -> UInt16? {
        guard start + 4 <= bytes.count else { return nil }
        var value: UInt16 = 0
        for byte in bytes[start..<start + 4] {
            guard let digit = Self.value(of: byte) else { return nil }
            value = value << 4 | digit
        }
        return value
    }

    private static func value(of byte: UInt8) -> UInt16? {
        switch byte {
        case 0x30...0x39: UInt16(byte - 0x30)
        case 0x41...0x46: UInt16(byte - 0x37)
        case 0x61...0x66: UInt16(byte - 0x57)
        default: nil
        }
    }
}
