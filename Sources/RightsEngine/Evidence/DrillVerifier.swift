package import ArchiveFormat
internal import BackupTruth
internal import RightsCore

/// Judges the report of a drill, offline.
package enum DrillVerifier {
    /// What was found.
    package static func verify(_ bytes: [UInt8], signature: [UInt8]?, keys: [[UInt8]]) -> VerificationReport {
        var report = VerificationReport()
        let drill = DrillReport(canonicalBytes: bytes)
        report.record(
            "drill", drill == nil ? ["the bytes aren't those of a drill's report as this program writes it"] : [],
            passed: drill.map { drill in
                let backups = drill.copies.reduce(0) { $0 + $1.backups.count }
                return
                    "\(drill.service), \(drill.endedAt.rfc3339): \(backups) backups, \(drill.findings.count) findings"
            } ?? "")
        CertificateVerifier.check(signature, of: bytes, named: "drill", keys, &report)
        return report
    }
}
