internal import Mustache

/// The pages' templates, compiled into the program.
enum PageTemplate: String, CaseIterable {
    case ask, claim, requests, request, cancel, confirm, landing, message
    // Parts of others.
    case layout, csrf, errors, choices, codefield

    /// The file's text.
    var source: String { String(decoding: bytes, as: UTF8.self) }

    private var bytes: [UInt8] {
        switch self {
        case .ask: PackageResources.ask_mustache
        case .claim: PackageResources.claim_mustache
        case .requests: PackageResources.requests_mustache
        case .request: PackageResources.request_mustache
        case .cancel: PackageResources.cancel_mustache
        case .confirm: PackageResources.confirm_mustache
        case .landing: PackageResources.landing_mustache
        case .message: PackageResources.message_mustache
        case .layout: PackageResources.layout_mustache
        case .csrf: PackageResources.csrf_mustache
        case .errors: PackageResources.errors_mustache
        case .choices: PackageResources.choices_mustache
        case .codefield: PackageResources.codefield_mustache
        }
    }

    private static let library: MustacheLibrary = {
        var library = MustacheLibrary()
        for template in allCases {
            // The templates are part of the program: one that doesn't parse is a bug of ours.
            do { try library.register(template.source, named: template.rawValue) } catch {
                preconditionFailure("template \(template.rawValue): \(error)")
            }
        }
        return library
    }()

    /// A whole page with this one as its content.
    func render(_ facts: [String: Any]) -> String {
        var facts = facts
        facts["content"] = rawValue
        guard let page = Self.library.render(facts, withTemplate: Self.layout.rawValue) else {
            preconditionFailure("every template is registered")
        }
        return page
    }
}
