import Mustache
import RightsCore

/// The notices of one language, compiled twice from the same wording: as text, and as HTML.
///
/// A wording is plain text with mustache tags: its first paragraph is the subject, blank lines part the others. So text
/// and HTML can't say different things, and whoever translates meets no markup.
struct NoticeTemplates: Sendable {
    private let plain: MustacheLibrary
    private let html: MustacheLibrary

    private static let all = Dictionary(uniqueKeysWithValues: Language.allCases.map { ($0, NoticeTemplates($0)) })

    /// The templates of a language.
    static func of(_ language: Language) -> NoticeTemplates {
        guard let templates = all[language] else { preconditionFailure("every language has its templates") }
        return templates
    }

    private init(_ language: Language) {
        var plain = MustacheLibrary()
        var html = MustacheLibrary()
        for wording in NoticeWording.allCases {
            let paragraphs = Self.paragraphs(wording.source(in: language))
            let body = wording.isPart ? paragraphs : Array(paragraphs.dropFirst())
            // A paragraph's end belongs to the notice; a part such as `wish` stands within a line.
            let end = wording == .wish ? "" : "\n"
            let markup = wording == .wish ? paragraphs : body.map(Self.markup)
            Self.register(Self.asText + body.joined(separator: "\n\n") + end, wording.rawValue, in: &plain)
            Self.register(markup.joined(separator: "\n") + end, wording.rawValue, in: &html)
            if !wording.isPart {
                Self.register(Self.asText + paragraphs[0], Self.subject(wording), in: &plain)
            }
        }
        Self.register(String(decoding: PackageResources.page_html_mustache, as: UTF8.self), "page", in: &html)
        self.plain = plain
        self.html = html
    }

    /// Subject, text and HTML of a notice.
    func render(
        _ wording: NoticeWording, in frame: NoticeWording, _ facts: [String: Any]
    ) -> (subject: String, text: String, html: String) {
        var facts = facts
        facts["body"] = wording.rawValue
        facts["content"] = frame.rawValue
        let subject = Self.render(facts, Self.subject(wording), of: plain)
        facts["subject"] = subject
        return (subject, Self.render(facts, frame.rawValue, of: plain), Self.render(facts, "page", of: html))
    }

    private static func render(_ facts: [String: Any], _ name: String, of library: MustacheLibrary) -> String {
        guard let text = library.render(facts, withTemplate: name) else {
            preconditionFailure("every wording is registered")
        }
        return text
    }

    private static let asText = "{{% CONTENT_TYPE:TEXT}}"

    private static func subject(_ wording: NoticeWording) -> String { "\(wording.rawValue).subject" }

    /// The templates are part of the program: one that doesn't parse is a bug of ours.
    private static func register(_ source: String, _ name: String, in library: inout MustacheLibrary) {
        do { try library.register(source, named: name) } catch { preconditionFailure("template \(name): \(error)") }
    }

    private static func paragraphs(_ source: String) -> [String] {
        source.split(separator: "\n\n").map { $0.trimmingPrefix(while: \.isNewline) }.map { paragraph in
            String(paragraph.last == "\n" ? paragraph.dropLast() : paragraph)
        }
    }

    /// A paragraph as HTML. Lines that hold nothing but a link, a code or a reason get an element of their own.
    private static func markup(_ paragraph: String) -> String {
        switch paragraph {
        case "{{>* body}}": return paragraph
        case "--": return "<hr>"
        case "{{code}}": return "<p class=\"code\">{{code}}</p>"
        case "{{reason}}": return "<blockquote>{{reason}}</blockquote>"
        default:
            let lines = paragraph.split(separator: "\n").map { line in
                line == "{{link}}" ? "<br><a href=\"{{link}}\">{{link}}</a>" : String(line)
            }
            return "<p>\(lines.joined(separator: "\n"))</p>"
        }
    }
}
