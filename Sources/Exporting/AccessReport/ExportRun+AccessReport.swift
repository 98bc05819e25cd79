internal import ArchiveFormat

extension ExportRun {
    /// Writes the report that goes with a copy (GDPR Art. 15, the CCPA's right to know), for programs and for people.
    ///
    /// - Parameters:
    ///   - whole: of all parts together.
    ///   - parts: what lies in which; none when there is one only.
    func writeAccessReport(_ bag: BagWriter, _ whole: Manifest, _ parts: [PartContents]) throws {
        let report = ReportBuilder(whole, map: map, plan: plan, parts: parts).report()
        try bag.addTag("access-report.json", mediaType: "application/json", report.encoded())
        try bag.addTag(
            AccessReportPage.path, mediaType: "text/html", Array(AccessReportPage(report).html().utf8))
    }
}
