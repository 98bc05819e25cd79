internal import FoundationEssentials
package import RightsCore

extension MetricsRegistry {
    /// Start time, resident memory and version of the process.
    package func addProcessMetrics(version: String, startedAt: Instant) {
        let start = Double(startedAt.microseconds) / 1e6
        gauge("habeas_process_start_time_seconds", help: "When the process began, in seconds since 1970.") { start }
        gauge("habeas_process_resident_memory_bytes", help: "Memory of the process that is in RAM.") {
            Self.residentBytes()
        }
        let build = gauge(
            "habeas_build_info", help: "The version that runs; always 1.",
            labels: [MetricLabel("version", values: [version])])
        build.set(1, version)
    }

    /// `VmRSS` of /proc/self/status; nil where there is no such file.
    private static func residentBytes() -> Double? {
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmRSS:") }),
            let kilobytes = Double(line.filter(\.isNumber))
        else { return nil }
        return kilobytes * 1024
    }
}
