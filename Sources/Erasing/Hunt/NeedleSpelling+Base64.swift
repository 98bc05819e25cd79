internal import RowEncoding

/// How a text stands within base64 (RFC 4648): mail bodies, tokens and cursors hold addresses that way.
///
/// Three bytes are four letters, so a text looks different at each of three places within a group. Letters that depend
/// on what stands beside it are left out of what is looked for, and decoded when it is found.
struct Base64Place: Hashable {
    /// Fewer letters than these come up by chance.
    static let fewestLetters = 12
    /// Bytes of the group before the text: 0, 1 or 2.
    let lead: Int
    /// Bytes of the text.
    let count: Int

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)

    /// Letters of the group that depend on what stands before the text.
    private var skipped: Int { lead == 0 ? 0 : lead + 1 }

    /// The letters that hold the text and nothing else, in both alphabets.
    static func spellings(of text: String) -> [(letters: [UInt8], place: Base64Place)] {
        let bytes = Array(text.utf8)
        return (0..<3).flatMap { lead in
            let place = Base64Place(lead: lead, count: bytes.count)
            let sextets = sextets(Array(repeating: 0, count: lead) + bytes).dropFirst(place.skipped)
            let written = Set(["+/", "-_"].map { last in sextets.map { (alphabet + last.utf8)[$0] } })
            return written.filter { $0.count >= fewestLetters }.map { ($0, place) }
        }
    }

    /// What stands before and behind the text, decoded.
    func surroundings(of letters: [UInt8], before: [UInt8], after: [UInt8]) -> (before: [UInt8], after: [UInt8]) {
        let own = before.suffix(skipped)
        let group = before.dropLast(skipped).suffix(4)
        let hasGroup = group.count == 4 && group.allSatisfy { Self.value(of: $0) != nil }
        let bytes = Self.decoded((hasGroup ? group : []) + own + letters + after)
        let start = (hasGroup ? 3 : 0) + lead
        guard start + count <= bytes.count else { return ([], []) }
        return (Array(bytes[..<start]), Array(bytes[(start + count)...]))
    }

    private static func value(of letter: UInt8) -> Int? {
        switch letter {
        case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
        case UInt8(ascii: "/"), UInt8(ascii: "_"): 63
        default: alphabet.firstIndex(of: letter)
        }
    }

    /// Sextets of which every bit is known.
    private static func sextets(_ bytes: [UInt8]) -> [Int] {
        (0..<bytes.count * 8 / 6).map { number in
            let (byte, bit) = ((number * 6) / 8, (number * 6) % 8)
            let pair = Int(bytes[byte]) << 8 | (byte + 1 < bytes.count ? Int(bytes[byte + 1]) : 0)
            return pair >> (10 - bit) & 0x3F
        }
    }

    /// Whole bytes, up to the first letter that isn't one of base64.
    private static func decoded(_ letters: ArraySlice<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        var (bits, held) = (0, 0)
        for letter in letters {
            guard let value = value(of: letter) else { break }
            (bits, held) = ((bits << 6 | value) & 0xFFFF, held + 6)
            guard held >= 8 else { continue }
            held -= 8
            bytes.append(UInt8(truncatingIfNeeded: bits >> held))
        }
        return bytes
    }
}
