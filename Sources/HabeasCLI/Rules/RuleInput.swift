internal import RightsCore

/// Values of rules as flags write them.
enum RuleInput {
    static func day(_ text: String, _ flag: String) throws -> CivilDate {
        guard let day = CivilDate(text) else {
            throw CommandFailure(.usage, code: "usage", "\(flag): “\(text)” is not a day as yyyy-mm-dd")
        }
        return day
    }

    static func stamp(_ text: String, _ flag: String) throws -> Stamp {
        guard let stamp = Stamp(rfc3339: text) else {
            throw CommandFailure(
                .usage, code: "usage",
                "\(flag): “\(text)” is not a time with an offset such as 2026-03-01T09:30:00+01:00",
                hint: "a time without an offset could be another day elsewhere")
        }
        return stamp
    }
}

/// The steps to a date, one a line, with where each stands.
enum StepLines {
    static func text(_ steps: [ClockStep]) -> String {
        let rows = steps.map { step in
            [step.day?.description ?? "", step.text + (step.citation.map { " [\($0)]" } ?? "")]
        }
        return rows.map { "  \($0[0].isEmpty ? String(repeating: " ", count: 10) : $0[0])  \($0[1])" }
            .joined(separator: "\n")
    }
}
