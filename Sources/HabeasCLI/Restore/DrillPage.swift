internal import BackupTruth

/// A drill's report for the terminal.
struct DrillPage {
    private let report: DrillReport
    private let path: String?

    init(_ report: DrillReport, keptAs path: String?) {
        self.report = report
        self.path = path
    }

    var text: String {
        var lines = [table]
        let others = report.copies.filter { !$0.isDrilled }
        if !others.isEmpty {
            lines.append("not drilled: " + others.map { "\($0.name) (\($0.kind))" }.joined(separator: ", "))
        }
        lines += report.findings.map { "FOUND \($0.place): \($0.finding.code.rawValue): \($0.finding.words)" }
        lines.append(path.map { "the signed report: \($0)" } ?? "the report isn't kept; give --output")
        if report.findings.isEmpty { lines.append("every backup can be restored and does what it should") }
        return lines.joined(separator: "\n")
    }

    private var table: String {
        let rows = report.copies.flatMap { copy in
            copy.backups.map { backup in
                [
                    copy.name, backup.label, backup.roles.joined(separator: ", "),
                    backup.bytes.map(Terminal.size) ?? "-", seconds(backup.restoreMilliseconds),
                    seconds(backup.recoveryMilliseconds), backup.gate?.state ?? "-",
                    backup.replay.map { "\($0.erasedAgain)" } ?? "-", canaries(backup.canaries),
                ]
            }
        }
        return Terminal.table(
            ["Copy", "Backup", "Which", "Size", "Restored", "Recovered", "Gate", "Erased", "Canaries in files, rows"],
            rows)
    }

    private func seconds(_ milliseconds: Int?) -> String {
        milliseconds.map { "\(($0 + 50) / 1000).\(($0 + 50) % 1000 / 100) s" } ?? "-"
    }

    private func canaries(_ canaries: DrillReport.Canaries?) -> String {
        guard let canaries else { return "-" }
        return "\(canaries.filesBefore + canaries.logBefore) -> \(canaries.filesAfter + canaries.logAfter), "
            + "\(canaries.rowsBefore) -> \(canaries.rowsAfter)"
    }
}
