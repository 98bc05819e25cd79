internal import ArchiveFormat
internal import Exporting
internal import Synchronization

/// What is shown while many archives are made: a line for each, and a sum at the end. Nobody is named; the line of the
/// list is.
final class BatchReport: Sendable {
    private let total: Int
    private let asJSON: Bool
    private let line = ProgressLine()
    private let state = Mutex((done: 0, failed: 0, incomplete: 0))

    init(total: Int, asJSON: Bool) {
        self.total = total
        self.asJSON = asJSON
    }

    /// Says what became of one archive.
    func add(_ job: BatchExport.Job, _ result: Result<ExportOutcome, any Error>) {
        line.clear()
        switch result {
        case .success(let outcome): succeed(job, outcome)
        case .failure(let error): fail(job, CommandFailure(error))
        }
        let done = state.withLock { $0.done + $0.failed }
        line.show("\(done) of \(total) archives")
    }

    private func succeed(_ job: BatchExport.Job, _ outcome: ExportOutcome) {
        let missing = outcome.manifest.missing.count
        state.withLock { state in
            state.done += 1
            if missing > 0 { state.incomplete += 1 }
        }
        if asJSON {
            let paths = outcome.parts.compactMap(\.path)
            print(
                BatchLine(
                    line: job.number, path: paths.count > 1 ? nil : job.path, parts: paths.count > 1 ? paths : nil,
                    bytes: outcome.bytes, missing: missing))
        } else {
            let note = missing > 0 ? "  (\(missing) not whole in our storage)" : ""
            let path = outcome.parts.first?.path ?? job.path
            let more = outcome.parts.count > 1 ? " and \(Terminal.count(outcome.parts.count - 1, "further part"))" : ""
            Terminal.print("\(job.number)  \(path)\(more)  \(Terminal.size(outcome.bytes))\(note)")
        }
    }

    private func fail(_ job: BatchExport.Job, _ failure: CommandFailure) {
        state.withLock { $0.failed += 1 }
        if asJSON { return print(BatchLine(line: job.number, error: failure)) }
        Terminal.note(
            "habeas: error: line \(job.number): \(failure.message)" + (failure.hint.map { "\n  hint: \($0)" } ?? ""))
    }

    private func print(_ value: BatchLine) {
        // A line of numbers, a path and a failure's own words can always be encoded.
        if let text = try? Terminal.jsonLine(value) { Terminal.print(text) }
    }

    /// The sum.
    ///
    /// - Throws: status 3 when some archive wasn't made.
    func finish() throws {
        line.clear()
        let (done, failed, incomplete) = state.withLock { $0 }
        if !asJSON {
            let lost = incomplete > 0 ? ", \(incomplete) of them with files that aren't whole in our storage" : ""
            Terminal.print("\(Terminal.count(done, "archive")) made, read back and signed\(lost); \(failed) not made")
        }
        if failed > 0 { throw ExitStatusError(status: .refused) }
    }
}

/// One line of `--json`.
private struct BatchLine: Encodable {
    let line: Int
    var path: String?
    var parts: [String]?
    var bytes: UInt64?
    var missing: Int?
    var error: CommandFailure?
}
