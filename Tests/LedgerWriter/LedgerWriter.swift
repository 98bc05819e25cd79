// Appends to an erasure ledger in a process of its own, which tests kill, or let run out of disk.

import Crypto
import ErasureLedger
import Foundation
import RightsCore

@main
struct LedgerWriter {
    /// `append FOLDER KEY COUNT`, `fill FOLDER KEY BALLAST`, `age FOLDER KEY COUNT`, `expire FOLDER KEY CUTOFF/STEP`; the
    /// key in hexadecimal digits, the cutoff as RFC 3339, the step one to be killed at, or `-`.
    static func main() async throws {
        // A file as large as `ulimit -f` allows is an error to handle, not a signal to die of.
        signal(SIGXFSZ, SIG_IGN)
        let words = CommandLine.arguments
        guard words.count == 5, let bytes = [UInt8](hex: words[3]) else { exit(64) }
        let key = LedgerKey(SymmetricKey(data: bytes))
        do {
            let ledger = try await ErasureLedger.open(folder: words[2], key: key)
            switch words[1] {
            case "append": try await append(Int(words[4]) ?? 0, to: ledger)
            case "age": try await age(Int(words[4]) ?? 0, ledger)
            case "expire": try await expire(ledger, words[4])
            default: try await fill(ledger, ballast: words[4])
            }
        } catch let error as ErasureLedgerError {
            say("failed \(error.code.rawValue): \(error)")
        }
        if let report = try LedgerVerifier.verify(folder: words[2], key: key) {
            say("verified \(report.isSound) \(report.entries) \(report.tornFiles.count)")
        }
    }

    private static func append(_ count: Int, to ledger: ErasureLedger) async throws {
        let before = bytesRead()
        for _ in 0..<count { say("appended \(try await appendOne(to: ledger))") }
        say("read \(bytesRead() - before)")
    }

    /// What this process has read so far, from files and all else.
    private static func bytesRead() -> Int {
        // Without it the numbers are 0, and the test that reads them fails.
        let text = (try? String(contentsOfFile: "/proc/self/io", encoding: .utf8)) ?? ""
        return text.split(separator: "\n").first.flatMap { Int($0.dropFirst("rchar: ".count)) } ?? 0
    }

    /// Appends until it fails, then makes room and appends once more.
    private static func fill(_ ledger: ErasureLedger, ballast: String) async throws {
        do { while true { _ = try await appendOne(to: ledger) } } catch let error as ErasureLedgerError {
            say("full \(error.code.rawValue) \(try await ledger.head().seq)")
        }
        if ballast == "-" { return }
        try FileManager.default.removeItem(atPath: ballast)
        say("then \(try await appendOne(to: ledger))")
    }

    /// Deletions forty days apart, the last one forty days ago.
    private static func age(_ count: Int, _ ledger: ErasureLedger) async throws {
        guard let hash = Hash256([UInt8](repeating: 7, count: 32)) else { exit(70) }
        for number in 0..<count {
            let run = ErasureRunID(naming: "aged", "\(number)")
            let draft = try LedgerDraft(
                .productDeletion, run: run, store: "workspace",
                subject: LedgerSubject(kind: "user", keyID: "k1", hash: hash))
            _ = try await ledger.append(
                draft, at: Instant(microseconds: now.microseconds - Int64(count - number) * 40 * 86_400_000_000))
        }
    }

    private static func expire(_ ledger: ErasureLedger, _ order: String) async throws {
        let parts = order.split(separator: "/")
        guard parts.count == 2, let cutoff = Instant(rfc3339: String(parts[0])) else { exit(64) }
        let deadly = parts[1]
        let report = try await ledger.expire(before: cutoff, at: now) { step in
            if "\(step)" == deadly { kill(getpid(), SIGKILL) }
        }
        say("expired \(report.until) \(report.files)")
    }

    private static var now: Instant { Instant(microseconds: Int64(Date().timeIntervalSince1970 * 1e6)) }

    private static func appendOne(to ledger: ErasureLedger) async throws -> Int {
        guard let run = ErasureRunID(UUID().uuidString), let hash = Hash256([UInt8](repeating: 7, count: 32)) else {
            exit(70)
        }
        let draft = try LedgerDraft(
            .intent, run: run, store: "shop", subject: LedgerSubject(kind: "user", keyID: "k1", hash: hash))
        return try await ledger.append(draft, at: now).entry.seq
    }

    private static func say(_ text: String) { FileHandle.standardError.write(Data("\(text)\n".utf8)) }
}
