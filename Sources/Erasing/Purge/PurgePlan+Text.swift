internal import DataMap
internal import RightsCore

extension PurgePlan {
    /// The plan for people.
    package var text: String {
        var lines = [
            "Purge to the level \(level.rawValue), as \(role); rewriting: \(rewriting.rawValue)",
            "writes \(Self.size(forecast.bytes)) anew, about \(Self.size(forecast.wal)) of write-ahead log, needs "
                + "\(Self.size(forecast.disk)) of free disk beside it",
            "tables can't be used for about \(forecast.lockedSeconds) s altogether, one at a time", "",
        ]
        for table in tables { lines += Self.lines(of: table) }
        lines.append("")
        lines.append(
            reachable >= level
                ? "Every table can reach \(level.rawValue)."
                : "Not every table can reach \(level.rawValue): no position P will be recorded.")
        if !ownersNeeded.isEmpty {
            lines.append("To get there, \(role) has to be a member of \(ownersNeeded.joined(separator: ", ")).")
        }
        if !mayCheckpoint {
            lines.append("\(role) may not run CHECKPOINT: the server's next one removes the old files.")
        }
        return lines.joined(separator: "\n")
    }

    private static func lines(of table: Table) -> [String] {
        var lines = [
            "\(table.name.written): \(size(table.bytes)), \(table.deadRows) dead rows, up to \(table.ceiling.rawValue)"
        ]
        for step in table.steps {
            let object = step.object == table.name ? "" : " \(step.object.written)"
            let cost = step.bytes > 0 ? ", \(size(step.bytes))" : ""
            lines.append("  \(step.action.rawValue)\(object)\(cost): \(step.lock.rawValue), \(step.lock.words)")
        }
        for obstacle in table.obstacles { lines += obstacle.lines }
        return lines
    }

    static func size(_ bytes: Int64) -> String {
        let units = ["B", "kB", "MB", "GB", "TB"]
        var value = Double(bytes)
        var unit = 0
        while value >= 1000 && unit < units.count - 1 {
            value /= 1000
            unit += 1
        }
        guard unit > 0 && value < 10 else { return "\(Int64(value.rounded())) \(units[unit])" }
        let tenths = Int64((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10) \(units[unit])"
    }
}

extension PurgeObstacle {
    /// As it stands below a table.
    var lines: [String] { ["  ! \(message)"] + (mend.map { ["    mend: \($0)"] } ?? []) }
}
