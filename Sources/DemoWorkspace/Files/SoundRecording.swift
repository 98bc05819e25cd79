/// A short low tone as WAV: 8-bit samples, 8,000 a second.
struct SoundRecording {
    /// The file.
    let bytes: [UInt8]

    init(samples: Int, comment: String) {
        let even = samples & ~1
        let tone = (0..<even).map { UInt8(128 + abs($0 % 64 - 32)) }
        let note = Self.chunk("LIST", Array("INFO".utf8) + Self.chunk("ICMT", Array((comment + "\0\0").utf8)))
        let rate = Self.littleEndian(8000)
        var format: [UInt8] = [1, 0, 1, 0]
        format += rate + rate
        format += [1, 0, 8, 0]
        let chunks = [Self.chunk("fmt ", format), note, Self.chunk("data", tone), note]
        bytes = Self.chunk("RIFF", Array("WAVE".utf8) + chunks.joined())
    }

    private static func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
        Array(name.utf8) + littleEndian(content.count) + content
    }

    private static func littleEndian(_ number: Int) -> [UInt8] {
        [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: number >> $0) }
    }
}
