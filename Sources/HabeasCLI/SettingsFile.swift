internal import Yams

/// Refuses keys of `habeas.yaml` that nobody reads: a misspelt one would silently do nothing.
enum SettingsFile {
    /// Checks the keys; false when there are none, as in a file of comments.
    static func hasKeys(_ text: String, path: String) throws -> Bool {
        let root: Node?
        do { root = try Yams.compose(yaml: text) } catch let error as YamlError {
            throw CommandFailure(.failed, code: "settings.invalid", "\(path) is not valid YAML: \(place(error))")
        }
        guard let root, root.null == nil else { return false }
        try check(root, prefix: "", path: path)
        return true
    }

    private static func check(_ node: Node, prefix: String, path: String) throws {
        guard let mapping = node.mapping else {
            let isKnown = Settings.keys.contains(prefix) || Self.isNamed(prefix)
            guard isKnown else { throw unknown(prefix, node, path) }
            guard node.scalar != nil, node.null == nil else {
                let place = node.mark.map { ":\($0.line):\($0.column)" } ?? ""
                throw CommandFailure(
                    .failed, code: "settings.invalid", "\(path)\(place): “\(prefix)” must be one value")
            }
            return
        }
        for (key, value) in mapping {
            let name = key.scalar?.string ?? ""
            let full = prefix.isEmpty ? name : "\(prefix).\(name)"
            // The copies have a form of their own, and a reader that refuses what it doesn't know.
            if full == "backups" { continue }
            let leads = Settings.keys.contains { $0 == full || $0.hasPrefix(full + ".") } || full == "stores"
            guard leads || prefix == "stores" || prefix == "webhooks" || Self.isNamed(full) else {
                throw unknown(full, key, path)
            }
            try check(value, prefix: full, path: path)
        }
    }

    /// Whether a key is one of those with a name of the operator's in them.
    private static func isNamed(_ key: String) -> Bool {
        if key.hasPrefix("stores.") { return true }
        let parts = key.split(separator: ".")
        return parts.count == 3 && parts[0] == "webhooks" && ["url", "secret", "former_secret"].contains(parts[2])
    }

    private static func unknown(_ key: String, _ node: Node, _ path: String) -> CommandFailure {
        let place = node.mark.map { ":\($0.line):\($0.column)" } ?? ""
        return CommandFailure(
            .failed, code: "settings.unknown-key", "\(path)\(place): unknown setting “\(key)”",
            hint:
                "known: \((Settings.keys.sorted() + ["stores.NAME", "webhooks.NAME.url", "webhooks.NAME.secret"]).joined(separator: ", "))"
        )
    }

    private static func place(_ error: YamlError) -> String {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            "line \(mark.line), column \(mark.column): \(problem)"
        case .duplicatedKeysInMapping(let keys, let context):
            "line \(context.mark.line): the key “\(keys.first ?? "")” stands twice"
        default: "it can't be read"
        }
    }
}
