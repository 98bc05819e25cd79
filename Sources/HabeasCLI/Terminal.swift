internal import FoundationEssentials
internal import Glibc
internal import Synchronization
internal import SystemPackage

/// What people and programs see: results on standard output, everything else on standard error.
enum Terminal {
    /// Writes a line for people or programs to standard output.
    static func print(_ text: String) { write(text + "\n", to: .standardOutput) }

    /// Writes a line about the work to standard error.
    static func note(_ text: String) { write(text + "\n", to: .standardError) }

    /// Prints a value as one JSON document.
    static func printJSON(_ value: some Encodable) throws { print(try json(value)) }

    /// A value as JSON, keys sorted and in snake case.
    static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    /// A value as JSON of one line.
    static func jsonLine(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    /// Whether a person watches standard error.
    static var isWatched: Bool { isatty(FileDescriptor.standardError.rawValue) == 1 }

    /// A number with its noun.
    static func count(_ number: Int, _ noun: String, _ plural: String? = nil) -> String {
        "\(number) \(number == 1 ? noun : plural ?? noun + "s")"
    }

    static func write(_ text: String, to descriptor: FileDescriptor) {
        // Nobody is left to tell when standard error itself is gone.
        _ = try? descriptor.writeAll(text.utf8)
    }

    /// Rows as aligned columns; numbers are told by their look and stand right.
    static func table(_ header: [String], _ rows: [[String]]) -> String {
        let all = [header] + rows
        let widths = header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        let isNumeric = header.indices.map { column in rows.allSatisfy { $0[column].allSatisfy(\.isNumber) } }
        return all.map { row in
            row.indices.map { column in
                let padding = String(repeating: " ", count: widths[column] - row[column].count)
                return isNumeric[column] ? padding + row[column] : row[column] + padding
            }.joined(separator: "  ").trimmingSuffix(" ")
        }.joined(separator: "\n")
    }

    /// A size in bytes as people say it.
    static func size(_ bytes: UInt64) -> String {
        guard bytes >= 1000 else { return "\(bytes) B" }
        var value = Double(bytes)
        var unit = 0
        while value >= 999.5 && unit < 4 {
            value /= 1000
            unit += 1
        }
        let digits = value < 10 ? (value * 10).rounded() / 10 : value.rounded()
        let text = value < 10 ? "\(digits)" : "\(Int(digits))"
        return "\(text) \(["B", "kB", "MB", "GB", "TB"][unit])"
    }
}

extension String {
    fileprivate func trimmingSuffix(_ character: Character) -> String {
        var text = self
        while text.last == character { text.removeLast() }
        return text
    }
}

/// One line on standard error that is drawn again and again, for whoever watches.
final class ProgressLine: Sendable {
    private let isShown: Bool
    private let state = Mutex((last: ContinuousClock.Instant?.none, width: 0))

    init(isShown: Bool = Terminal.isWatched) { self.isShown = isShown }

    /// Shows `text` in place of what was there, ten times a second at most.
    func show(_ text: String, always: Bool = false) {
        guard isShown else { return }
        state.withLock { state in
            let now = ContinuousClock.now
            if !always, let last = state.last, now - last < .milliseconds(100) { return }
            state.last = now
            let padding = String(repeating: " ", count: max(0, state.width - text.count))
            state.width = text.count
            Terminal.write("\r\(text)\(padding)", to: .standardError)
        }
    }

    /// Clears the line.
    func clear() {
        guard isShown else { return }
        state.withLock { state in
            guard state.width > 0 else { return }
            Terminal.write("\r\(String(repeating: " ", count: state.width))\r", to: .standardError)
            state.width = 0
        }
    }
}
