/// Base64 with padding and without line breaks (RFC 4648 §4), written piece by piece.
enum Base64 {
    private static let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    private static let chunk = 12 * 1024

    static func write(_ bytes: UnsafeRawBufferPointer, into out: inout OutputBuffer) throws {
        var index = 0
        while index < bytes.count {
            let end = min(index + chunk, bytes.count)
            let place = try out.room((end - index + 2) / 3 * 4)
            var written = 0
            while index < end {
                let count = min(3, end - index)
                encode(bytes, at: index, count: count, to: place + written)
                index += count
                written += 4
            }
            out.commit(written)
        }
    }

    private static func encode(
        _ bytes: UnsafeRawBufferPointer, at index: Int, count: Int, to place: UnsafeMutablePointer<UInt8>
    ) {
        let letters = alphabet.utf8Start
        let first = UInt32(bytes[index]) << 16
        let second = count > 1 ? UInt32(bytes[index + 1]) << 8 : 0
        let third = count > 2 ? UInt32(bytes[index + 2]) : 0
        let group = first | second | third
        place[0] = letters[Int(group >> 18)]
        place[1] = letters[Int(group >> 12 & 63)]
        place[2] = count > 1 ? letters[Int(group >> 6 & 63)] : UInt8(ascii: "=")
        place[3] = count > 2 ? letters[Int(group & 63)] : UInt8(ascii: "=")
    }
}
