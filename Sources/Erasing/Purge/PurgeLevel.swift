/// How sure it is that a table's live files hold nothing of the rows that were erased.
package enum PurgeLevel: String, Sendable, Hashable, Codable, CaseIterable, Comparable {
    /// Queries return none of them; who reads dead rows or pages still can.
    case logical
    /// No row, dead or alive, and no key of an index; what lies between the rows of a page isn't known.
    case unreferenced
    /// No byte: the table and its indexes were written anew without them.
    case physical

    package static func < (left: PurgeLevel, right: PurgeLevel) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .logical: 0
        case .unreferenced: 1
        case .physical: 2
        }
    }
}
