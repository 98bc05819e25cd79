internal import FoundationEssentials
internal import Glibc

/// What standard output is: how wide, and whether it shows colours.
struct Screen: Sendable {
    /// Columns there are; nil when what is printed goes to a file or a program.
    let width: Int?
    let hasColour: Bool

    /// The one that this process writes to.
    static let current = Screen(environment: ProcessInfo.processInfo.environment, isTerminal: isatty(1) == 1)

    init(environment: [String: String], isTerminal: Bool) {
        let named = environment["COLUMNS"].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
        width = named ?? (isTerminal ? Self.terminalWidth : nil)
        let isRefused = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
        hasColour = isTerminal && !isRefused && environment["TERM"] != "dumb"
    }

    private static var terminalWidth: Int? {
        var size = winsize()
        guard unsafe ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }
}
