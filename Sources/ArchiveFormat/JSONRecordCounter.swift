/// Counts the objects of a JSON file that is an array of objects, and of the arrays nested in them by key.
///
/// It judges structure only: brackets must match and strings must end.
struct JSONRecordCounter {
    /// Nested arrays that are counted, by the keys that lead to them, joined with `/`.
    private let nestedPaths: Set<String>
    /// Paths of objects whose keys matter, since one of them may lead to a counted array.
    private let enclosingPaths: Set<String>
    private(set) var rows: Int64 = 0
    private(set) var nestedRows: [String: Int64] = [:]

    private struct Frame {
        let isArray: Bool
        /// Whether it is an object whose keys are read.
        let hasKeys: Bool
        /// Keys that lead here, when this is an array that is counted or an object in one.
        let path: String?
        var key: [UInt8] = []
    }
    private var frames: [Frame] = []
    private var isInString = false
    private var isEscaped = false
    private var isExpectingKey = false
    private var string: [UInt8] = []
    private var hasEnded = false
    private(set) var isBroken = false

    init(nestedPaths: some Sequence<String>) {
        self.nestedPaths = Set(nestedPaths)
        enclosingPaths = Set(
            nestedPaths.map { path in path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "" })
        for path in nestedPaths { nestedRows[path] = 0 }
    }

    /// Whether the text was one whole value.
    var isWhole: Bool { hasEnded && !isBroken }

    mutating func read(_ bytes: UnsafeRawBufferPointer) {
        var index = 0
        while index < bytes.count {
            if isInString && !isEscaped && !isExpectingKey { index = Self.endOfPlainText(bytes, from: index) }
            guard index < bytes.count else { return }
            let byte = bytes[index]
            if isInString { readInString(byte) } else { readStructure(byte) }
            index += 1
        }
    }

    /// Where the next quote or backslash stands: most bytes of an archive are letters of values, so eight are looked at
    /// together.
    private static func endOfPlainText(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        var index = start
        while index + 8 <= bytes.count {
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            let marks = zeroBytes(word ^ 0x2222_2222_2222_2222) | zeroBytes(word ^ 0x5C5C_5C5C_5C5C_5C5C)
            if marks != 0 { return index + marks.trailingZeroBitCount / 8 }
            index += 8
        }
        while index < bytes.count, bytes[index] != 0x22, bytes[index] != 0x5C { index += 1 }
        return index
    }

    /// The high bit of each byte that is zero; of those above the first one it may set too many.
    private static func zeroBytes(_ word: UInt64) -> UInt64 {
        (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
    }

    private mutating func readInString(_ byte: UInt8) {
        if isEscaped {
            isEscaped = false
        } else if byte == 0x5C {
            isEscaped = true
        } else if byte == 0x22 {
            isInString = false
            if isExpectingKey { frames[frames.count - 1].key = string }
            isExpectingKey = false
            return
        }
        if isExpectingKey { string.append(byte) }
    }

    private mutating func readStructure(_ byte: UInt8) {
        switch byte {
        case 0x22:
            isInString = true
            string.removeAll(keepingCapacity: true)
        case UInt8(ascii: "["), UInt8(ascii: "{"): open(isArray: byte == UInt8(ascii: "["))
        case UInt8(ascii: "]"), UInt8(ascii: "}"): close(isArray: byte == UInt8(ascii: "]"))
        case UInt8(ascii: ","): isExpectingKey = frames.last?.hasKeys ?? false
        default: break
        }
    }

    private mutating func open(isArray: Bool) {
        if frames.isEmpty && (hasEnded || !isArray) { isBroken = true }
        let path = pathOfNext(isArray: isArray)
        if !isArray, let path {
            if path.isEmpty { rows += 1 } else { nestedRows[path, default: 0] += 1 }
        }
        let hasKeys = !isArray && path.map(enclosingPaths.contains) ?? false
        frames.append(Frame(isArray: isArray, hasKeys: hasKeys, path: path))
        isExpectingKey = hasKeys
    }

    /// The top array and its objects have the empty path; an array under a counted key extends the object's.
    private func pathOfNext(isArray: Bool) -> String? {
        guard let parent = frames.last else { return isArray ? "" : nil }
        guard let path = parent.path else { return nil }
        if parent.isArray { return isArray ? nil : path }
        guard isArray, !parent.key.isEmpty else { return nil }
        let key = String(decoding: parent.key, as: UTF8.self)
        let extended = path.isEmpty ? key : "\(path)/\(key)"
        return nestedPaths.contains(extended) ? extended : nil
    }

    private mutating func close(isArray: Bool) {
        guard let frame = frames.popLast(), frame.isArray == isArray else {
            isBroken = true
            return
        }
        isExpectingKey = false
        if frames.isEmpty { hasEnded = true }
    }
}

/// Counts the records of a CSV file, its header not counted.
struct CSVRecordCounter {
    private var lines: Int64 = 0
    private var isQuoted = false
    private var isAtLineStart = true

    /// Records behind the header.
    var rows: Int64 { max(0, lines - 1) }
    /// Whether the last record was ended.
    var isWhole: Bool { !isQuoted && isAtLineStart && lines > 0 }

    mutating func read(_ bytes: UnsafeRawBufferPointer) {
        for byte in bytes {
            isAtLineStart = false
            if byte == 0x22 {
                isQuoted.toggle()
            } else if byte == 0x0A && !isQuoted {
                lines += 1
                isAtLineStart = true
            }
        }
    }
}
