/// Everybody in a workspace.
struct Cast: Sendable {
    let size: WorkspaceSize
    let seed: UInt64
    let heavyMessages: Int

    /// All people, by index.
    func people() -> [Person] { (0..<size.people).map { Person(index: $0, in: self) } }
}
