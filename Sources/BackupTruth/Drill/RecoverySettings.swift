/// What of a restored `postgresql.auto.conf` a scratch server is told: how its recovery ends, and nothing else.
struct RecoverySettings: Sendable, Hashable {
    private static let kept: Set<String> = [
        "restore_command", "recovery_target", "recovery_target_action", "recovery_target_timeline",
    ]

    private var values: [String: String] = [:]

    /// Reads the file; the last line of a setting counts.
    init(_ text: String) {
        for line in text.split(whereSeparator: \.isNewline) {
            let line = line.drop { $0 == " " || $0 == "\t" }
            guard !line.hasPrefix("#") else { continue }
            let name = line.prefix { $0.isLetter || $0 == "_" || $0 == "." }.lowercased()
            let rest = line.dropFirst(name.count).drop { $0 == " " || $0 == "\t" || $0 == "=" }
            guard !name.isEmpty, let value = Self.value(rest) else { continue }
            values[name] = value
        }
    }

    /// The text of a value: in quotes, with quotes doubled or after a backslash, or a word.
    private static func value(_ text: Substring) -> String? {
        guard text.first == "'" else { return String(text.prefix { $0 != " " && $0 != "\t" && $0 != "#" }) }
        var value = ""
        var rest = text.dropFirst()
        while let character = rest.popFirst() {
            switch character {
            case "'":
                guard rest.first == "'" else { return value }
                value.append("'")
                rest.removeFirst()
            case "\\":
                guard let next = rest.popFirst() else { return nil }
                value.append(next)
            default: value.append(character)
            }
        }
        return nil
    }

    /// The command at the end of recovery; nil where there is none.
    var endCommand: String? { values["recovery_end_command"].flatMap { $0.isEmpty ? nil : $0 } }

    /// The lines for the scratch server. Of the commands at the end of recovery only the fence is run.
    func lines() -> [String] {
        var lines = values.filter { Self.kept.contains($0.key) }.sorted { $0.key < $1.key }.map {
            "\($0.key) = \(Self.quoted($0.value))"
        }
        if endCommand == FenceProgram.command {
            lines.append("recovery_end_command = \(Self.quoted(FenceProgram.command))")
        }
        return lines
    }

    static func quoted(_ text: String) -> String {
        "'" + text.replacing("\\", with: "\\\\").replacing("'", with: "''") + "'"
    }
}
