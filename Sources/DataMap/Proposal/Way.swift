/// One way from a row to a person, with what is doubtful about it.
struct Way: Hashable {
    /// Which kind of person, by place.
    let subject: Int
    let ownership: Ownership
    let steps: [Hop]
    /// Why it may be wrong; empty when foreign keys leave no choice.
    let doubts: [String]
}

/// A reference with its role, and the reason when no foreign key stands behind it.
struct RatedLink: Hashable {
    let link: Link
    let role: ReferenceRole
    let reason: String?
    /// What a path pays for this step when it leads on from there.
    let cost: Int

    var to: TableName { link.to }
    var step: Hop { link.hop }
    /// Whether rows may lack it, or hold something else.
    var isOpen: Bool { link.isNullable || reason != nil }

    func doubts(in study: Study) -> [String] {
        var doubts: [String] = []
        if let reason {
            doubts.append(reason)
        } else if link.isNullable {
            doubts.append("“\(link.columns)” may be null")
        }
        return doubts
    }
}
