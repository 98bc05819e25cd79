internal import Glibc
internal import SystemPackage

/// Reads a secret: piped in, or typed without being shown.
enum SecretInput {
    /// The first line; nil when there is none.
    static func line(prompt: String) throws -> String? {
        guard isatty(0) == 1 else { return try StandardInput.line(limit: 16_384) }
        var settings = termios()
        guard unsafe tcgetattr(0, &settings) == 0 else { return try StandardInput.line(limit: 16_384) }
        let before = settings
        settings.c_lflag &= ~tcflag_t(ECHO)
        Terminal.write(prompt, to: .standardError)
        _ = unsafe tcsetattr(0, TCSAFLUSH, &settings)
        defer {
            var before = before
            _ = unsafe tcsetattr(0, TCSAFLUSH, &before)
            Terminal.note("")
        }
        return try StandardInput.line(limit: 16_384)
    }
}
