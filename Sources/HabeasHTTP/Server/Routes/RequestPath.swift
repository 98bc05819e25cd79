/// Which paths are looked at. Routers differ in what they make of empty and dot segments and of encoded slashes, so
/// proxies and we could mean different things by them: such paths are refused before anything else.
enum RequestPath {
    /// The longest path of any route is far below.
    static let lengthLimit = 2048

    /// What is wrong with the path of a request's target; nil when nothing is.
    static func fault(in target: String) -> String? {
        guard target.utf8.count <= lengthLimit else { return "the request's target is too long" }
        guard target.first == "/" else { return "the request's target has to be a path" }
        let path = target.prefix { $0 != "?" }
        guard path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != 0x5c && $0 != 0x23 }) else {
            return "the path has a character that can't stand there"
        }
        return path.contains("%") ? "the path has an encoded character; no path here needs one" : segmentFault(path)
    }

    private static func segmentFault(_ path: Substring) -> String? {
        let segments = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        // The two folders people are sent to; nothing else ends in a slash.
        guard path != "/", path != "/p/" else { return nil }
        if segments.contains("") { return "the path has an empty segment" }
        return segments.contains { $0 == "." || $0 == ".." } ? "the path has a dot segment" : nil
    }
}
