/// How large a demonstration workspace is.
package enum WorkspaceSize: String, CaseIterable, Sendable {
    /// 200 people, most of them with files: what `habeas demo` shows.
    case demo
    /// 100,000 people of about ten rows each.
    case crowd
    /// 300 people, one of whom has millions of messages spread among those of the others.
    case heavy

    /// The number of people.
    package var people: Int {
        switch self {
        case .demo: 200
        case .crowd: 100_000
        case .heavy: 300
        }
    }
}
