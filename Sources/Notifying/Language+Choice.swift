package import RightsCore

extension Language {
    /// The language of a code or a tag such as `de-AT`; English when it is none of ours.
    package init(code: String?) {
        let primary = code?.lowercased().split(whereSeparator: { $0 == "-" || $0 == "_" }).first
        self = primary.flatMap { Language(rawValue: String($0)) } ?? .english
    }

    /// The one of ours that a browser's `Accept-Language` wants most (RFC 9110 §12.5.4); English when it wants none.
    package init(accepting header: String?) {
        var best = (language: Language.english, weight: 0.0)
        for range in (header ?? "").prefix(1000).split(separator: ",") {
            let parts = range.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() }
            guard let tag = parts.first?.split(separator: "-").first else { continue }
            let quality = parts.dropFirst().first { $0.hasPrefix("q=") }.map { Double($0.dropFirst(2)) ?? 0 } ?? 1
            guard let language = Language(rawValue: String(tag)), quality > best.weight, quality <= 1 else { continue }
            best = (language, quality)
        }
        self = best.language
    }
}
