internal import Dispatch
internal import Glibc
internal import Synchronization
internal import SystemPackage

/// A terminal that is drawn on as a whole and gives each key at once. However the program ends, it becomes again what it
/// was: at the end of the closure, and at `exit`.
struct RawTerminal: Sendable {
    private static let saved = Mutex<termios?>(nil)
    private static let enter = "\u{1b}[?1049h\u{1b}[?25l\u{1b}[2J"
    private static let leave = "\u{1b}[?25h\u{1b}[?1049l"
    private let queue = DispatchQueue(label: "terminal.keys")

    /// Lends the terminal of this process.
    static func with<Value>(_ body: (RawTerminal) async throws -> Value) async throws -> Value {
        var settings = termios()
        guard isatty(0) == 1, isatty(1) == 1, unsafe tcgetattr(0, &settings) == 0 else {
            throw CommandFailure(
                .usage, code: "usage", "--watch needs a terminal", hint: "without --watch it prints the screen once")
        }
        saved.withLock { $0 = settings }
        _ = atexit { RawTerminal.restore() }
        defer { restore() }
        settings.c_lflag &= ~tcflag_t(ICANON | ECHO)
        setTimes(&settings)
        _ = unsafe tcsetattr(0, TCSAFLUSH, &settings)
        Terminal.write(enter, to: .standardOutput)
        return try await body(RawTerminal())
    }

    /// A read gives what is there, or nothing after a fifth of a second; Ctrl-Z would leave the screen as it is, so it
    /// does nothing.
    private static func setTimes(_ settings: inout termios) {
        unsafe withUnsafeMutableBytes(of: &settings.c_cc) { characters in
            unsafe characters[Int(VMIN)] = 0
            unsafe characters[Int(VTIME)] = 2
            unsafe characters[Int(VSUSP)] = 0
        }
    }

    private static func restore() {
        guard var settings = saved.withLock({ $0.take() }) else { return }
        Terminal.write(leave, to: .standardOutput)
        _ = unsafe tcsetattr(0, TCSAFLUSH, &settings)
    }

    /// Columns and rows there are now.
    var size: (width: Int, height: Int) {
        var size = winsize()
        guard unsafe ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return (80, 24) }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// What was typed, nothing after a fifth of a second; nil when the terminal is gone.
    func keys() async -> [UInt8]? {
        await withCheckedContinuation { continuation in
            queue.async {
                var bytes = [UInt8](repeating: 0, count: 64)
                let count = unsafe read(0, &bytes, bytes.count)
                if count < 0, errno != EINTR, errno != EAGAIN { return continuation.resume(returning: nil) }
                continuation.resume(returning: Array(bytes.prefix(max(0, count))))
            }
        }
    }

    /// Draws the lines over what is there.
    func draw(_ lines: [String]) {
        let text = lines.map { "\($0)\u{1b}[0m\u{1b}[K" }.joined(separator: "\r\n")
        Terminal.write("\u{1b}[H\(text)\u{1b}[J", to: .standardOutput)
    }
}
