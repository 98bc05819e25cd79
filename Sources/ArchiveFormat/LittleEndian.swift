/// Appends numbers as ZIP stores them (APPNOTE 6.3.10: all little-endian).
extension [UInt8] {
    mutating func append16(_ value: UInt16) { appendNumber(value) }
    mutating func append32(_ value: UInt32) { appendNumber(value) }
    mutating func append64(_ value: UInt64) { appendNumber(value) }

    private mutating func appendNumber<Number: FixedWidthInteger>(_ value: Number) {
        for shift in stride(from: 0, to: Number.bitWidth, by: 8) {
            append(UInt8(truncatingIfNeeded: value >> Number(shift)))
        }
    }
}
