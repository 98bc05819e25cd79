// Appends to an erasure ledger in a process of its own, which tests kill, or let run out of disk.

import Crypto
import ErasureLedger
import Foundation
import RightsCore

@main
struct LedgerWriter {
    /// `append FOLDER KEY COUNT`, `fill FOLDER KEY BALLAST`; the key in hexadecimal digits.
    static func main() async throws {
        // A file as large as `ulimit -f` allows is an error to handle, not a signal to die of.
        signal(SIGXFSZ, SIG_IGN)
        let words = CommandLine.arguments
        guard words.count == 5, let bytes = [UInt8](hex: words[3]) else { exit(64) }
        let key = LedgerKey(SymmetricKey(data: bytes))
        do {
            let ledger = try await ErasureLedger.open(folder: words[2], key: key)
            if words[1] == "append" {
                try await append(Int(words[4]) ?? 0, to: ledger)
            } else {
                try await fill(ledger, ballast: words[4])
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

    private static func appendOne(to ledger: ErasureLedger) async throws -> Int {
        guard let run = ErasureRunID(UUID().uuidString), let hash = Hash256([UInt8](repeating: 7, count: 32)) else {
            exit(70)
        }
        let draft = try LedgerDraft(
            .intent, run: run, store: "shop", subject: LedgerSubject(kind: "user", keyID: "k1", hash: hash))
        return try await ledger.append(draft, at: Instant(microseconds: Int64(Date().timeIntervalSince1970 * 1e6)))
            .entry.seq
    }

    private static func say(_ text: String) { FileHandle.standardError.write(Data("\(text)\n".utf8)) }
}
