internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import Notifying
internal import RightsCore

/// One look at a page: its language, the token for its forms, and the cookies that go with the answer.
struct PageVisit: Sendable {
    /// Something in a form that isn't right.
    struct Fault {
        /// The id of the field; nil when it is about the whole form.
        let field: String?
        let text: String
    }

    let texts: PageTexts
    let isSecure: Bool
    /// Whether the person is signed in, so that the page offers to sign out.
    var isSignedIn = false
    /// The person's time zone by IANA's name, if known.
    var zone: String?
    private let settings: PageSettings
    private let path: String
    private let token: String
    private var cookies: [SetCookie]

    /// - Parameter path: where a GET shows the page, for the link to the other language.
    init(_ pages: Pages, _ request: Request, _ context: HabeasContext, path: String) {
        let chosen = request.chosenLanguage
        let language =
            chosen ?? request.cookieValue(PageCookie.language).flatMap(Language.init(rawValue:))
            ?? Language(accepting: request.headers[.acceptLanguage] ?? pages.defaultLanguage.rawValue)
        texts = pages.texts(language)
        settings = pages.settings
        isSecure = context.isSecure
        self.path = path
        let (field, cookie) = pages.protection.token(for: request, isSecure: context.isSecure)
        token = field
        cookies = cookie.map { [$0] } ?? []
        if let chosen {
            cookies.append(
                SetCookie(
                    PageCookie.language, chosen.rawValue, path: "/p", sameSite: .lax, isSecure: context.isSecure,
                    maxAge: .seconds(365 * 86_400)))
        }
    }

    /// A page.
    func page(
        _ template: PageTemplate, title: String, _ facts: [String: Any] = [:], faults: [Fault] = [],
        status: HTTPResponse.Status = .ok
    ) -> Response {
        var all = frame.merging(facts) { _, own in own }
        all["title"] = title
        if !faults.isEmpty {
            all["has_errors"] = true
            all["errors"] = faults.map { fault in
                var facts = ["text": fault.text]
                facts["field"] = fault.field
                return facts
            }
            for fault in faults { if let field = fault.field { all["\(field)_error"] = fault.text } }
        }
        var response = Response.html(template.render(all), status: status)
        for cookie in cookies { response.set(cookie) }
        return response
    }

    private var frame: [String: Any] {
        var facts: [String: Any] = [
            "t": texts.words, "language": texts.language.rawValue, "other_language": texts.language.other.rawValue,
            "path": path, "service": settings.service, "controller": settings.controller,
            "contact": settings.contact, "csrf": token, "style": PageAsset.style.path,
            "script": PageAsset.script.path, "icon": PageAsset.icon.path,
        ]
        if settings.isContactAddress { facts["mail"] = settings.contact }
        if let privacy = settings.privacyNotice { facts["privacy"] = privacy }
        if isSignedIn {
            facts["session"] = true
            facts["account"] = true
        }
        return facts
    }

    /// A time as it stands on a page: in the person's zone, or in UTC for the browser to tell in its own.
    func moment(_ instant: Instant) -> [String: Any] {
        let time = ReaderTime(zone: zone)
        var facts: [String: Any] = [
            "datetime": Instant(microseconds: instant.seconds * 1_000_000).rfc3339,
            "time": time.text(instant, in: texts.language),
        ]
        if !time.isInOwnZone { facts["utc"] = true }
        return facts
    }

    /// A size as it stands on a page.
    func size(_ bytes: UInt64) -> String { ReaderSize.text(bytes, in: texts.language) }
}

/// The names of the pages' cookies.
enum PageCookie {
    static let claim = "habeas_claim"
    static let session = "habeas_session"
    static let download = "habeas_download"
    static let language = "habeas_language"
}

extension Request {
    /// The language that the address asks for. Other parts of the query are no concern of ours: mail programs add some.
    var chosenLanguage: Language? { queryValue("lang").flatMap { Language(rawValue: String($0)) } }

    /// The value of a part of the query.
    func queryValue(_ name: String) -> Substring? {
        (uri.query ?? "").split(separator: "&").lazy
            .compactMap { $0.hasPrefix("\(name)=") ? $0.dropFirst(name.utf8.count + 1) : nil }.first
    }

    /// Whether somebody looks at pages, rather than a program.
    var wantsPage: Bool { headers[values: .accept].contains { $0.contains("text/html") } }

    /// Whether a browser fetches before anybody has asked for it.
    var isPrefetch: Bool {
        ["Sec-Purpose", "Purpose", "X-Moz"].contains { name in
            HTTPField.Name(name).flatMap { headers[$0] }?.contains("prefetch") ?? false
        }
    }
}
