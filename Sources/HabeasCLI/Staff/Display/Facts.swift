/// What is known of one thing: a name and a value a line; what isn't known has no line.
struct Facts {
    private var lines: [(name: String, value: String)] = []

    mutating func add(_ name: String, _ value: String?) {
        guard let value, !value.isEmpty else { return }
        lines.append((name, value))
    }

    /// The lines; a long list goes on in the next one.
    func text(on screen: Screen = .current) -> String {
        let indent = (lines.map(\.name.count).max() ?? 0) + 2
        return lines.map { name, value in
            name + String(repeating: " ", count: indent - name.count) + Self.wrap(value, indent, screen.width)
        }.joined(separator: "\n")
    }

    private static func wrap(_ value: String, _ indent: Int, _ width: Int?) -> String {
        guard let width, width > indent + 20 else { return value }
        var lines = [""]
        for word in value.split(separator: " ") {
            let line = lines[lines.count - 1]
            if line.isEmpty {
                lines[lines.count - 1] = String(word)
            } else if indent + line.count + 1 + word.count <= width {
                lines[lines.count - 1] = "\(line) \(word)"
            } else {
                lines.append(String(word))
            }
        }
        return lines.joined(separator: "\n" + String(repeating: " ", count: indent))
    }
}
