internal import RowEncoding

extension NeedleSpelling {
    /// Whether what stands around a hit leaves it what it is.
    func allows(_ hit: RowHit, in setting: Edges.Setting) -> Bool {
        guard let base64 else { return edges.allow(before: hit.before, after: hit.after, in: setting) }
        let (before, after) = base64.surroundings(of: pattern.bytes, before: hit.before, after: hit.after)
        return edges.allow(before: before, after: after, in: setting)
    }
}

extension NeedleSpelling.Edges {
    /// Where a name is looked at, words are joined by what in a text would make another address or handle of them.
    enum Setting { case value, objectName }

    /// Whether what stands around a needle leaves it what it is: `bada@example.com` isn't `ada@example.com`.
    func allow(before: [UInt8], after: [UInt8], in setting: Setting) -> Bool {
        switch self {
        case .none: true
        case .number: !Self.isDigit(before.last) && !Self.isDigit(after.first)
        case .mail: isStart(before, setting) && !Self.beginsWord(after)
        case .text: isStart(before, setting) && isEnd(after, setting)
        }
    }

    private static let joiners = Array("._+-".utf8)

    /// `anna.ada@…` and `anna-ada@…` are others' addresses.
    private func isStart(_ before: [UInt8], _ setting: Setting) -> Bool {
        guard let last = before.last, !Self.endsInEscape(before) else { return true }
        if setting == .value && Self.joiners.contains(last) { return !Self.endsInWord(before.dropLast()) }
        return !Self.endsInWord(before[...])
    }

    /// A dot ends a handle, or a sentence; `ada-lovelace-2` is another handle.
    private func isEnd(_ after: [UInt8], _ setting: Setting) -> Bool {
        let isJoined = after.first.map { $0 != UInt8(ascii: ".") && Self.joiners.contains($0) } ?? false
        if setting == .value && isJoined { return !Self.beginsWord(Array(after.dropFirst())) }
        return !Self.beginsWord(after)
    }

    // MARK: letters

    private static func isDigit(_ byte: UInt8?) -> Bool { byte.map { (0x30...0x39).contains($0) } ?? false }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) }
        // Scripts without case are written without blanks, so there a letter is no sign of a longer word.
        return scalar.properties.isCased || scalar.properties.generalCategory == .nonspacingMark
    }

    private static func beginsWord(_ after: [UInt8]) -> Bool {
        let scalar = String(decoding: after.prefix(4), as: UTF8.self).unicodeScalars.first
        return scalar.map(isWord) ?? false
    }

    private static func endsInWord(_ before: ArraySlice<UInt8>) -> Bool {
        let scalar = String(decoding: before.suffix(4), as: UTF8.self).unicodeScalars.last
        return scalar.map(isWord) ?? false
    }

    /// Whether the last letters are no letters but an escape, of JSON (`\n`, `\u003c`), a URL (`%3D`) or HTML.
    private static func endsInEscape(_ before: [UInt8]) -> Bool {
        let end = Array(before.suffix(6))
        let isHex = { (bytes: ArraySlice<UInt8>) in bytes.allSatisfy { NeedleSpelling.hexValue($0) != nil } }
        if end.count == 6 && end.starts(with: Array("\\u".utf8)) && isHex(end[2...]) { return true }
        let pair = Array(end.suffix(2))
        if pair.count == 2 && pair[0] == UInt8(ascii: "\\") && Array("nrtbf".utf8).contains(pair[1]) { return true }
        let three = Array(end.suffix(3))
        return three.count == 3 && three[0] == UInt8(ascii: "%") && isHex(three[1...]) && three[1...] != [0x32, 0x42]
    }
}
