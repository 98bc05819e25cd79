internal import RightsCore

/// Values with a unit or a bound; what can't be understood is refused, never replaced by a default.
extension Settings {
    /// A whole number within bounds.
    func number(_ key: String, _ bounds: ClosedRange<Int>, default standard: Int) throws -> Int {
        guard let (text, source) = found(key) else { return standard }
        guard let number = Int(text), bounds.contains(number) else {
            throw invalid(key, source, text, "a whole number from \(bounds.lowerBound) to \(bounds.upperBound)")
        }
        return number
    }

    /// A duration such as `90s`, `30m`, `2h` or `14d`.
    func duration(_ key: String, atMost most: Duration, default standard: Duration) throws -> Duration {
        guard let (text, source) = found(key) else { return standard }
        let units = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        guard let unit = text.last.flatMap({ units[String($0)] }), let number = Int(text.dropLast()), number > 0,
            number < 1_000_000, Duration.seconds(number * unit) <= most
        else {
            throw invalid(key, source, text, "a duration such as 90s, 30m, 2h or 14d, at most \(most.inDays)")
        }
        return .seconds(number * unit)
    }

    /// A size such as `500MB`, `2GB`, or bytes.
    func size(_ key: String, default standard: UInt64) throws -> UInt64 {
        guard let (text, source) = found(key) else { return standard }
        guard let size = ByteSize(text) else { throw invalid(key, source, text, "a size such as 500MB or 2GB") }
        return size.bytes
    }

    /// Words between commas.
    func list(_ key: String) -> [String] {
        (found(key)?.value ?? "").split(separator: ",").map { part in
            String(part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        }
    }

    /// A value that must be there.
    func required(_ key: String, why: String) throws -> String {
        guard let value = found(key)?.value else {
            throw CommandFailure(
                .failed, code: "settings.missing", "the setting \(key) is missing: \(why)",
                hint: "write it into habeas.yaml, or set \(Self.variable(of: key))")
        }
        return value
    }

    static func variable(of key: String) -> String {
        "HABEAS_" + key.uppercased().replacing(".", with: "_").replacing("-", with: "_")
    }

    func invalid(_ key: String, _ source: String, _ text: String, _ wanted: String) -> CommandFailure {
        let isSecret = SettingKey.service.contains { $0.name == key && $0.isSecret }
        return CommandFailure(
            .usage, code: "settings.invalid",
            "\(key) (\(source)) must be \(wanted)" + (isSecret ? "" : ", not “\(text)”"))
    }
}

extension Duration {
    fileprivate var inDays: String {
        let seconds = components.seconds
        return seconds % 86_400 == 0 ? "\(seconds / 86_400)d" : "\(seconds / 3600)h"
    }
}
