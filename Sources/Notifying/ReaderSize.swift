package import RightsCore

/// A size in bytes as a person reads it.
package enum ReaderSize {
    /// `812 bytes`, `4.2 MB`, `4,2 MB`, `17 GB`: decimal units, as file managers and shops count.
    package static func text(_ bytes: UInt64, in language: Language) -> String {
        guard bytes >= 1000 else { return language == .german ? "\(bytes) Byte" : "\(bytes) bytes" }
        let units = ["kB", "MB", "GB", "TB"]
        var unit = 0
        var size: UInt64 = 1000
        while (bytes + size / 2) / size >= 1000 && unit < units.count - 1 {
            unit += 1
            size *= 1000
        }
        let tenths = (bytes + size / 20) / (size / 10)
        let point = language == .german ? "," : "."
        let isWhole = tenths >= 100 || tenths % 10 == 0
        let number = isWhole ? "\((bytes + size / 2) / size)" : "\(tenths / 10)\(point)\(tenths % 10)"
        return "\(number) \(units[unit])"
    }
}
