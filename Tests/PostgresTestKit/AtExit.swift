import Foundation
import Synchronization

/// Ends test servers with the process, by their own pids.
package enum AtExit {
    private static let folders = Mutex<[(state: String, base: String)]>([])

    /// Stops the server of `base` and removes both folders when the process ends.
    package static func remove(state: String, base: String) {
        let isFirst = folders.withLock {
            $0.append((state, base))
            return $0.count == 1
        }
        guard isFirst else { return }
        atexit {
            for (state, base) in AtExit.folders.withLock({ $0 }) { AtExit.end(state: state, base: base) }
        }
    }

    private static func end(state: String, base: String) {
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
