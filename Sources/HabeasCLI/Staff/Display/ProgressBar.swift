/// How far a job is, in one line: `exporting  [########............]  41 %`.
enum ProgressBar {
    static func text(_ label: String, phase: String?, done: Int?, total: Int?) -> String {
        let name = [label, phase].compactMap { $0 }.joined(separator: ": ")
        guard let done, let total, total > 0 else { return "\(name) …" }
        let percent = min(100, max(0, done * 100 / total))
        let filled = percent / 5
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: 20 - filled)
        let number = String(repeating: " ", count: 3 - String(percent).count) + String(percent)
        return "\(name)  [\(bar)] \(number) %"
    }
}
