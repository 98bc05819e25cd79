/// A small square picture as PNG (ISO/IEC 15948), its pixels stored uncompressed.
struct PNGImage {
    /// The file.
    private(set) var bytes: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

    /// A gradient of at most 147 pixels a side, which fits one deflate block.
    init(side: Int, hue: Int, comment: String) {
        precondition((1...147).contains(side))
        var header = bigEndian(side) + bigEndian(side)
        header += [8, 2, 0, 0, 0]  // eight bits, true colour
        add("IHDR", header)
        add("tEXt", Array("Comment\0\(comment)".utf8))
        add("IDAT", deflated(pixels(side: side, hue: hue)))
        add("tEXt", Array("Source\0\(comment)".utf8))
        add("IEND", [])
    }

    /// Rows of a filter byte and three bytes a pixel.
    private func pixels(side: Int, hue: Int) -> [UInt8] {
        var raw: [UInt8] = []
        for row in 0..<side {
            raw.append(0)
            for column in 0..<side { raw += [UInt8(hue), UInt8(row * 255 / side), UInt8(column * 255 / side)] }
        }
        return raw
    }

    private mutating func add(_ type: String, _ content: [UInt8]) {
        let body = Array(type.utf8) + content
        bytes += bigEndian(content.count)
        bytes += body
        bytes += bigEndian(Int(crc32(body)))
    }

    /// One stored block (RFC 1951) in a zlib wrapper (RFC 1950).
    private func deflated(_ raw: [UInt8]) -> [UInt8] {
        let (low, high) = (UInt8(raw.count & 255), UInt8(raw.count >> 8))
        let header: [UInt8] = [0x78, 0x01, 0x01, low, high, ~low, ~high]
        return header + raw + bigEndian(adler32(raw))
    }

    private func bigEndian(_ number: Int) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
    }

    private func adler32(_ content: [UInt8]) -> Int {
        var (low, high) = (1, 0)
        for byte in content {
            low = (low + Int(byte)) % 65_521
            high = (high + low) % 65_521
        }
        return high << 16 | low
    }

    private func crc32(_ content: [UInt8]) -> UInt32 {
        var sum: UInt32 = 0xffff_ffff
        for byte in content { sum = Self.crcTable[Int(UInt8(truncatingIfNeeded: sum) ^ byte)] ^ sum >> 8 }
        return ~sum
    }

    private static let crcTable: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { sum, _ in sum & 1 == 1 ? 0xedb8_8320 ^ sum >> 1 : sum >> 1 }
    }
}
