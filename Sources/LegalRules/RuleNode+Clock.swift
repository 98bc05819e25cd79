internal import RightsCore
internal import Yams

extension RuleNode {
    /// The word that takes a default away.
    static let nothing = "none"

    var isNothing: Bool { node.scalar?.string == Self.nothing }

    /// `{from, through}`; always, where it is missing.
    func dayRange() throws(RuleError) -> DayRange {
        try checkKeys(["from", "through"])
        let range = DayRange(from: try self["from"]?.day(), through: try self["through"]?.day())
        if let from = range.from, let through = range.through, through < from { throw fail("ends before it begins") }
        return range
    }

    /// `count` and `unit`.
    func period() throws(RuleError) -> Period {
        let count = try required("count")
        let number = try count.number()
        guard (1...10_000).contains(number) else { throw count.fail("expected 1 to 10000") }
        return Period(number, try required("unit").choice(Period.Unit.self))
    }

    /// A name such as `access_full`.
    func name() throws(RuleError) -> String {
        try parsed("a name of a-z, 0-9 and _") { Self.isName($0) ? $0 : nil }
    }

    func fail(key: String, _ message: String) -> RuleError { (self[key] ?? self).fail(message) }

    static func isName(_ text: String) -> Bool {
        (1...60).contains(text.utf8.count) && text.first?.isNumber == false
            && text.unicodeScalars.allSatisfy { "a"..."z" ~= $0 || "0"..."9" ~= $0 || $0 == "_" }
    }
}
