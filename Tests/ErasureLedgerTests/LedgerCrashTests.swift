import ErasureLedger
import Foundation
import PostgresTestKit
import RightsCore
import Testing

/// What a crash, a full disk or a missing right leave behind.
@Suite struct LedgerCrashTests {
    private static let keyText = LedgerSample.secret.hex

    // MARK: torn lines

    /// The last line cut after every one of its bytes.
    @Test func aTornLineIsMovedAsideAndSaid() async throws {
        try await withFolder { parent in
            try await LedgerSample.make(3, in: "\(parent)/whole")
            let whole = try LedgerSample.read(try LedgerSample.files("\(parent)/whole")[0])
            let lineStart = try #require(whole.dropLast().lastIndex(of: 10)) + 1
            for length in (lineStart + 1)..<(whole.count - 1) {
                let folder = "\(parent)/ledger"
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
                try LedgerSample.write(whole.prefix(length), to: "\(folder)/ledger-000000000001.jsonl")
                let before = try LedgerSample.verify(folder)
                let ledger = try await ErasureLedger.open(folder: folder, key: LedgerSample.key)
                let (recoveries, head) = (await ledger.recoveries, try await ledger.head())
                guard case .movedAside(let aside, let bytes) = recoveries.first else {
                    Issue.record("nothing was said of \(length)")
                    return
                }
                let appended = try await ledger.append(try LedgerSample.draft(), at: LedgerSample.moment)
                let report = try LedgerSample.verify(folder)

                #expect(before.findings.map(\.code) == [.torn] && before.findings.first?.line == 4)
                #expect(head.seq == 2 && bytes == length - lineStart && recoveries.count == 1)
                #expect(try LedgerSample.read(aside) == Array(whole[lineStart..<length]))
                #expect(appended.entry.seq == 3 && report.isSound && report.entries == 3 && report.tornFiles.count == 1)
                try FileManager.default.removeItem(atPath: folder)
            }
        }
    }

    /// Whole but for its line feed: its code is right, so it counts.
    @Test func aLineWithoutItsLineFeedIsCompleted() async throws {
        try await withFolder { folder in
            try await LedgerSample.make(3, in: folder)
            let path = try LedgerSample.files(folder)[0]
            let whole = try LedgerSample.read(path)
            try LedgerSample.write(whole.dropLast(), to: path)
            let before = try LedgerSample.verify(folder)
            let ledger = try await ErasureLedger.open(folder: folder, key: LedgerSample.key)
            let (recoveries, head) = (await ledger.recoveries, try await ledger.head())

            #expect(before.findings.map(\.code) == [.torn])
            #expect(recoveries == [.completed(seq: 3)] && head.seq == 3)
            #expect(try LedgerSample.read(path) == whole)
        }
    }

    /// A sector that never reached the disk reads as zeros, its line feed may be there.
    @Test func aLostSectorIsMovedAside() async throws {
        try await withFolder { folder in
            try await LedgerSample.make(3, in: folder)
            let path = try LedgerSample.files(folder)[0]
            var bytes = try LedgerSample.read(path)
            let lineStart = try #require(bytes.dropLast().lastIndex(of: 10)) + 1
            for place in lineStart..<((lineStart / 512 + 1) * 512) { bytes[place] = 0 }
            try LedgerSample.write(bytes, to: path)
            let ledger = try await ErasureLedger.open(folder: folder, key: LedgerSample.key)
            let (recoveries, head) = (await ledger.recoveries, try await ledger.head())

            #expect(recoveries.count == 1 && head.seq == 2)
            #expect(try LedgerSample.verify(folder).isSound)
        }
    }

    /// A line that was whole is never taken for a torn one: it was changed.
    @Test func aLastLineThatWasWholeIsNotMovedAside() async throws {
        try await withFolder { folder in
            try await LedgerSample.make(2, in: folder)
            let path = try LedgerSample.files(folder)[0]
            let whole = try LedgerSample.read(path)
            var changes: [[UInt8]] = [Array(whole.dropLast()) + [11], Array(whole) + [10]]
            for byte in [UInt8(0), 32, 255] {
                var bytes = whole
                bytes[bytes.count - 40] = byte
                changes.append(bytes)
            }
            for bytes in changes {
                try LedgerSample.write(bytes, to: path)
                let error = await #expect(throws: ErasureLedgerError.self) {
                    try await ErasureLedger.open(folder: folder, key: LedgerSample.key)
                }
                #expect(error?.code == .damaged)
                #expect(try LedgerSample.read(path) == bytes)
            }
        }
    }

    /// Another process died in the middle of a line while this one has the ledger open.
    @Test func aTornLineOfAnotherProcessIsMovedAsideByTheNextAppend() async throws {
        try await withFolder { folder in
            let ledger = try await ErasureLedger.open(folder: folder, key: LedgerSample.key)
            _ = try await ledger.append(try LedgerSample.draft(), at: LedgerSample.moment)
            let path = try LedgerSample.files(folder)[0]
            let handle = try #require(FileHandle(forWritingAtPath: path))
            try handle.seekToEnd()
            try handle.write(contentsOf: Data(#"{"at":"2026-"#.utf8))
            try handle.close()
            let appended = try await ledger.append(try LedgerSample.draft(), at: LedgerSample.moment)
            let recoveries = await ledger.recoveries

            #expect(appended.entry.seq == 2 && recoveries.count == 1)
            #expect(try LedgerSample.verify(folder).isSound)
        }
    }

    // MARK: killed writers

    /// Writers are killed at any moment; what they said was appended is there, and nothing is broken.
    @Test func nothingThatWasSaidIsLostByAKill() async throws {
        try await withFolder { parent in
            let folder = "\(parent)/ledger"
            var said = 0
            for round in 1...12 {
                let wanted = said + round * 7
                _ = try await RunningProgram.with(
                    LedgerSample.writer, ["append", folder, Self.keyText, "100000"]
                ) { program in
                    _ = await program.line(with: "appended \(wanted)")
                    program.send(.kill)
                    await program.waitForEnd()
                    let last = program.log.split(separator: "\n").last { $0.hasPrefix("appended ") }
                    said = last.flatMap { Int($0.dropFirst("appended ".count)) } ?? said
                }
                let ledger = try await ErasureLedger.open(folder: folder, key: LedgerSample.key)
                let head = try await ledger.head()
                let report = try LedgerSample.verify(folder)

                #expect(head.seq >= said && said >= wanted && report.isSound, "\(report.findings)")
                said = head.seq
            }
        }
    }

    @Test func processesAppendTogether() async throws {
        try await withFolder { parent in
            let folder = "\(parent)/ledger"
            let outcomes = try await withThrowingTaskGroup(of: ProgramOutcome.self) { tasks in
                for _ in 0..<4 {
                    tasks.addTask {
                        try await Program.run(LedgerSample.writer, ["append", folder, Self.keyText, "100"])
                    }
                }
                return try await tasks.reduce(into: []) { $0.append($1) }
            }
            let report = try LedgerSample.verify(folder)

            #expect(outcomes.allSatisfy { $0.status == 0 && !$0.errors.contains("failed") })
            #expect(report.isSound && report.entries == 400, "\(report.findings)")
        }
    }

    /// Appending reads nothing of what is there, however much that is.
    @Test func tenThousandAppendsReadNothingAgain() async throws {
        try await withFolder { parent in
            let folder = "\(parent)/ledger"
            let outcome = try await Program.run(LedgerSample.writer, ["append", folder, Self.keyText, "10000"])
            let line = outcome.errors.split(separator: "\n").first { $0.hasPrefix("read ") }
            let read = try #require(line.flatMap { Int($0.dropFirst("read ".count)) }, "\(outcome.errors.suffix(300))")
            let report = try LedgerSample.verify(folder)

            // 16 random bytes for each run's id, and the counter's own file.
            #expect(read > 0 && read < 16 * 10_000 + 4096)
            #expect(report.isSound && report.entries == 10_000)
        }
    }

    // MARK: the disk

    /// A file as large as the process may make it: the last write is cut in the middle of a line.
    @Test func aLineThatDoesNotFitIsTakenBack() async throws {
        try await withFolder { parent in
            let folder = "\(parent)/ledger"
            // Blocks of 512 bytes, so that no line ends with the limit.
            let outcome = try await Program.run(
                "/bin/sh",
                ["-c", "ulimit -f 9 && exec \"$@\"", "sh", LedgerSample.writer, "fill", folder, Self.keyText, "-"])
            let report = try LedgerSample.verify(folder)

            #expect(outcome.errors.contains("full ledger.no-space \(report.entries)\n"), "\(outcome.errors)")
            #expect(report.isSound && report.entries > 3 && report.tornFiles.isEmpty)
        }
    }

    /// A file system of 64 KiB in a mount namespace of its own, where the machine allows one.
    @Test(.enabled(if: tinyDiskIsPossible, "no mount namespaces here"))
    func aFullDiskIsSaidAndRoomIsEnoughToGoOn() async throws {
        try await withFolder { parent in
            let script = """
                mount -t tmpfs -o size=64k none "$2" && head -c 20000 /dev/zero > "$2/ballast" \
                && exec "$1" fill "$2/ledger" "$3" "$2/ballast"
                """
            let outcome = try await Program.run(
                "unshare", ["-rm", "/bin/sh", "-c", script, "sh", LedgerSample.writer, parent, Self.keyText])
            let lines = outcome.errors.split(separator: "\n").map { $0.split(separator: " ") }
            let full = try #require(lines.first { $0.first == "full" }, "\(outcome.errors)")
            let count = try #require(Int(full[2]))

            #expect(full[1] == "ledger.no-space" && count > 20)
            #expect(lines.contains(["then", "\(count + 1)"]))
            #expect(lines.contains(["verified", "true", "\(count + 1)", "0"]), "\(outcome.errors)")
        }
    }

    private static let tinyDiskIsPossible: Bool = {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["unshare", "-rm", "mount", "-t", "tmpfs", "none", "/mnt"]
        process.standardError = FileHandle.nullDevice
        do { try process.run() } catch { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()

    // MARK: rights

    /// Root may write anywhere, so the writer runs without that privilege.
    @Test(arguments: [0o500, 0o000]) func aFolderThatCanNotBeWrittenIsSaid(mode: Int) async throws {
        try await withFolder { parent in
            let folder = "\(parent)/ledger"
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: mode])
            defer { try? FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder) }
            let outcome = try await runUnprivileged(["append", folder, Self.keyText, "1"])
            let code = mode == 0 ? "ledger.cannot-read" : "ledger.cannot-write"

            #expect(outcome.errors.contains("failed \(code)"), "\(outcome.errors)")
            #expect(outcome.errors.contains("Permission denied"))
        }
    }

    @Test func aFileThatCanNotBeWrittenStaysAsItIs() async throws {
        try await withFolder { folder in
            try await LedgerSample.make(2, in: folder)
            let path = try LedgerSample.files(folder)[0]
            let before = try LedgerSample.read(path)
            try FileManager.default.setAttributes([.posixPermissions: 0o400], ofItemAtPath: path)
            let outcome = try await runUnprivileged(["append", folder, Self.keyText, "1"])

            #expect(outcome.errors.contains("failed ledger.cannot-write"), "\(outcome.errors)")
            #expect(outcome.errors.contains("verified true 2 0"))
            #expect(try LedgerSample.read(path) == before)
        }
    }

    /// Only the last file is written: earlier ones may have been set aside as read-only.
    @Test func earlierFilesMayBeReadOnly() async throws {
        try await withFolder { folder in
            try await LedgerSample.make(5, in: folder, fileLimit: 1000)
            for path in try LedgerSample.files(folder).dropLast() {
                try FileManager.default.setAttributes([.posixPermissions: 0o400], ofItemAtPath: path)
            }
            let outcome = try await runUnprivileged(["append", folder, Self.keyText, "1"])

            #expect(outcome.errors.contains("verified true 6 0"), "\(outcome.errors)")
        }
    }

    private func runUnprivileged(_ arguments: [String]) async throws -> ProgramOutcome {
        guard geteuid() == 0 else { return try await Program.run(LedgerSample.writer, arguments) }
        return try await Program.run(
            "setpriv", ["--bounding-set", "-dac_override,-dac_read_search", LedgerSample.writer] + arguments)
    }
}
