internal import ArchiveFormat

extension ExportRun {
    /// Writes the report that goes with a copy (GDPR Art. 15, the CCPA's right to know), for programs and for people.
    func writeAccessReport(_ bag: BagWriter, _ manifest: inout Manifest) throws {
        let report = ReportBuilder(manifest, map: map, plan: plan).report()
        try bag.addTag("access-report.json", mediaType: "application/json", report.encoded())
        try bag.addTag(
            AccessReportPage.path, mediaType: "text/html", Array(AccessReportPage(report).html().utf8))
        manifest.files = bag.files
    }
}
