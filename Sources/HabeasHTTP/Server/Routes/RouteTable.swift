package import HTTPTypes

/// Every route there is: the closed set of names for metrics and logs, and what `Allow` says.
package struct RouteTable: Sendable {
    /// The name of whatever has no route.
    package static let unrouted = "unrouted"

    private struct Entry: Sendable {
        let segments: [Substring]
        var methods: [HTTPRequest.Method]
        var names: Int { segments.count { $0.first != "{" } }
    }

    private struct Key: Hashable {
        let method: HTTPRequest.Method
        let template: String
    }

    private var entries: [String: Entry] = [:]
    private var rates: [Key: RateClass] = [:]

    /// The table of the groups' routes.
    package init(_ groups: [RouteGroup]) {
        for route in groups.flatMap(\.routes) {
            let segments = route.template.split(separator: "/")
            entries[route.template, default: Entry(segments: segments, methods: [])].methods.append(route.method)
            rates[Key(method: route.method, template: route.template)] = route.rate
        }
    }

    /// The templates, sorted, and the name of what has none.
    package var names: [String] { entries.keys.sorted() + [Self.unrouted] }

    /// The methods at a path, sorted; empty when nothing is there.
    package func methods(at path: String) -> [HTTPRequest.Method] {
        let parts = path.split(separator: "/")
        let all = entries.values.filter { Self.fits($0.segments, parts) }
        // As the router does: a name goes before a part that varies.
        let most = all.map(\.names).max()
        let fitting = all.filter { $0.names == most }
        return Set(fitting.flatMap(\.methods)).sorted { $0.rawValue < $1.rawValue }
    }

    /// The limit of a route; nil for a template that isn't here.
    package func rate(_ method: HTTPRequest.Method, template: String?) -> RateClass? {
        template.flatMap { rates[Key(method: method, template: $0)] }
    }

    private static func fits(_ segments: [Substring], _ parts: [Substring]) -> Bool {
        segments.count == parts.count && zip(segments, parts).allSatisfy { $0.first == "{" || $0 == $1 }
    }
}
