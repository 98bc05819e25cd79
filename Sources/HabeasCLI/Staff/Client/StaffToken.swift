internal import RightsCore

/// A staff token, or a JWT of the sign-in service. It prints nothing of itself.
struct StaffToken: Sendable, CustomStringConvertible, CustomReflectable {
    private let text: String

    /// Takes what could stand in a header: visible ASCII without blanks.
    init?(_ text: String) {
        guard (1...16_384).contains(text.utf8.count), text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
            return nil
        }
        self.text = text
    }

    /// For the header, and for the file of `habeas login`.
    func reveal() -> String { text }

    var description: String { "<token>" }
    var customMirror: Mirror { Mirror(self, children: []) }
}
