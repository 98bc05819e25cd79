internal import Foundation

/// Names that every system can hold, made from names that people chose.
package enum SafeName {
    private static let longest = 100
    private static let devices: Set<String> = Set(
        ["con", "prn", "aux", "nul", "conin$", "conout$"]
            + ["com", "lpt"].flatMap { stem in "0123456789¹²³".map { "\(stem)\($0)" } })

    /// A file name from any text: NFC, no separators or control characters, no device names of Windows, no edge dots or
    /// spaces, at most 100 bytes with the extension kept. The original name stays in the record.
    package static func file(_ original: String) -> String {
        var name = String(
            String.UnicodeScalarView(original.precomposedStringWithCanonicalMapping.unicodeScalars.map(harmless)))
        name = trimmed(name)
        if name.unicodeScalars.allSatisfy({ $0 == "\u{200D}" }) { name = "file" }
        let stem = name.prefix { $0 != "." }.lowercased().trimmingCharacters(in: .whitespaces)
        if devices.contains(stem) { name = "_" + name }
        return shortened(name)
    }

    /// A folder name for a row, unique ignoring case: the key itself where it is plain, else marked by a hash.
    package static func folder(_ key: [String]) -> String {
        let joined = key.joined(separator: "_")
        let isPlain = joined.utf8.count <= 80 && !joined.isEmpty && joined.utf8.allSatisfy(isPlainByte)
        if isPlain && key.allSatisfy({ !$0.contains("_") }) { return joined }
        let canonical = key.map { "\($0.utf8.count):\($0)" }.joined()
        let hash = Digest.sha256(Array(canonical.utf8)).prefix(16)
        let readable = String(
            joined.lowercased().unicodeScalars.prefix(40).map { isPlainScalar($0) ? Character($0) : "-" })
        return "\(readable)~\(hash)"
    }

    private static func isPlainByte(_ byte: UInt8) -> Bool { isPlainScalar(UnicodeScalar(byte)) }

    private static func isPlainScalar(_ scalar: UnicodeScalar) -> Bool {
        switch scalar {
        case "a"..."z", "0"..."9", "-", "_": true
        default: false
        }
    }

    /// Percent is out because BagIt escapes it (RFC 8493 §2.1.3) and `sha256sum -c` doesn't unescape.
    private static func harmless(_ scalar: UnicodeScalar) -> UnicodeScalar {
        switch scalar {
        case "<", ">", ":", "\"", "/", "\\", "|", "?", "*", "%": return "_"
        default: break
        }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
            // The joiner holds emoji together.
            return scalar == "\u{200D}" ? scalar : "_"
        default: return scalar
        }
    }

    private static func trimmed(_ name: String) -> String {
        let isEdge: (Character) -> Bool = { $0 == "." || $0.isWhitespace }
        let start = name.firstIndex { !isEdge($0) } ?? name.endIndex
        let end = name.lastIndex { !isEdge($0) }.map { name.index(after: $0) } ?? start
        return String(name[start..<end])
    }

    private static func shortened(_ name: String) -> String {
        guard name.utf8.count > longest else { return name }
        let dot = name.lastIndex(of: ".")
        var ending = dot.map { String(name[$0...]) } ?? ""
        if ending.utf8.count > 16 { ending = "" }
        // By scalars: one letter may carry any number of marks.
        var stem = name.unicodeScalars.dropLast(ending.unicodeScalars.count)
        while stem.reduce(0, { $0 + UTF8.width($1) }) + ending.utf8.count > longest { stem.removeLast() }
        return trimmed(String(String.UnicodeScalarView(stem))) + ending
    }
}
