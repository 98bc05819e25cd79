import Foundation

/// Ends the test server with the process, by its own pid.
enum AtExit {
    // Set once, before the handler is registered.
    nonisolated(unsafe) private static var folders: (state: String, base: String)?

    static func remove(state: String, base: String) {
        folders = (state, base)
        atexit {
            guard let (state, base) = AtExit.folders else { return }
            if let text = try? String(contentsOfFile: "\(base)/data/postmaster.pid", encoding: .utf8),
                let pid = text.split(separator: "\n").first.flatMap({ pid_t($0) })
            {
                kill(pid, SIGQUIT)
                // The files may go once the server is gone; bounded, since nothing may hang an exit.
                for _ in 0..<100 where kill(pid, 0) == 0 { usleep(20_000) }
            }
            try? FileManager.default.removeItem(atPath: base)
            try? FileManager.default.removeItem(atPath: state)
        }
    }
}
