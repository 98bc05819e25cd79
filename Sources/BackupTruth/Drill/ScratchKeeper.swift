internal import FoundationEssentials
internal import Glibc
internal import PostgresAccess

/// Ends what runs in scratch folders and removes them, on a thread of its own: also when the command was cancelled.
actor ScratchKeeper {
    private let home = OwnQueue("habeas.drill.keeper")
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe home.asUnownedSerialExecutor() }

    /// Ends every process that works in the folder, and removes it.
    ///
    /// - Returns: whether nothing of it is left.
    func remove(_ folder: String) -> Bool {
        end(folder)
        for _ in 0..<5 {
            // A process that just ended may have made one more file.
            try? FileManager.default.removeItem(atPath: folder)
            if !FileManager.default.fileExists(atPath: folder) { return true }
            usleep(100_000)
        }
        return false
    }

    /// Stops the server and everything else that works in the folder, the gentle way first.
    func end(_ folder: String) {
        if let server = server(folder) { kill(server, SIGQUIT) }
        if wait(folder, halfSeconds: 20, others: true) { return }
        for pid in Self.processes(in: folder) { kill(pid, SIGTERM) }
        if wait(folder, halfSeconds: 6, others: false) { return }
        for pid in Self.processes(in: folder) { kill(pid, SIGKILL) }
        _ = wait(folder, halfSeconds: 10, others: false)
    }

    /// The server's process; only where it really works in the folder.
    private func server(_ folder: String) -> pid_t? {
        guard let text = try? String(contentsOfFile: "\(folder)/data/postmaster.pid", encoding: .utf8),
            let pid = text.split(whereSeparator: \.isNewline).first.flatMap({ pid_t($0) }),
            Self.processes(in: folder).contains(pid)
        else { return nil }
        return pid
    }

    private func wait(_ folder: String, halfSeconds: Int, others: Bool) -> Bool {
        for _ in 0..<(halfSeconds * 10) {
            if Self.processes(in: folder).isEmpty { return true }
            // Programs that aren't the server don't end by themselves.
            if others, server(folder) == nil { return false }
            usleep(50_000)
        }
        return false
    }

    /// Processes whose working folder is in the folder, or that name it in their arguments. Its name is random, so only what
    /// a drill started does.
    static func processes(in folder: String) -> [pid_t] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { pid_t($0) }.filter { pid in
            guard pid != getpid() else { return false }
            // What ends meanwhile, or belongs to somebody else, isn't ours.
            let place = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/cwd")
            if let place, place == folder || place.hasPrefix("\(folder)/") { return true }
            guard let words = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") else { return false }
            return String(decoding: words, as: UTF8.self).contains("\(folder)/")
        }
    }
}
