internal import ArgumentParser
internal import FoundationEssentials
internal import LegalRules
internal import ObjectStore

/// Options of commands that apply rules of law.
struct RulesOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A folder with rules of your own in regimes, calendars and retention (setting: rules.folder).",
            valueName: "folder"))
    var rules: String?

    /// The rules built in, and the operator's.
    func book(_ common: CommonOptions) async throws -> RuleBook {
        let flags = rules.map { ["rules.folder": $0] } ?? [:]
        return try await Settings(file: common.config, flags: flags).ruleBook()
    }
}

extension Settings {
    /// The rules built in, and those of the setting `rules.folder`.
    func ruleBook() throws -> RuleBook {
        try RuleBook(operators: try path("rules.folder").map(RuleFolder.read) ?? [])
    }
}

/// An operator's own rules: YAML files in `regimes`, `calendars` and `retention` below one folder.
enum RuleFolder {
    static let parts = ["regimes", "calendars", "retention"]

    /// Every document, named from the folder, in the order of their names.
    static func read(_ folder: String) throws -> [RuleFile] {
        guard let there = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            throw CommandFailure(
                .failed, code: "rules.no-folder", "the folder of rules can't be read: \(folder)",
                hint: "rules.folder names a folder with \(parts.joined(separator: ", ")) in it")
        }
        guard there.contains(where: parts.contains) else {
            throw CommandFailure(
                .failed, code: "rules.no-folder", "\(folder) holds none of \(parts.joined(separator: ", "))",
                hint: "rules lie in folders of these names")
        }
        return try parts.filter(there.contains).flatMap { try documents(folder, $0) }
    }

    private static func documents(_ folder: String, _ part: String) throws -> [RuleFile] {
        let names = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(part)")
        return try names.filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") }.sorted().map { name in
            let bytes = try WholeFile.read("\(folder)/\(part)/\(name)")
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw CommandFailure(.failed, code: "rules.invalid", "\(part)/\(name) is no UTF-8")
            }
            return RuleFile(name: "\(part)/\(name)", text: text)
        }
    }
}
