// Exporting: one person's rows and files → one archive that proves itself.
//
// Owns the plan of an export, the reading of rows, the archive's pages. It must never delete anything.

package import RightsCore
package import SubjectAccess

/// What is asked for.
package struct ExportRequest: Sendable {
    /// The request's id; the archive's name and contents derive from it.
    package var id: RequestID
    /// Whose data.
    package var subject: SubjectReference
    /// Under which right.
    package var right: Right
    /// Under which law.
    package var regime: RegimeID
    /// In which form.
    package var format: DataFormat
    /// Collections wanted; all when empty.
    package var only: [String]
    /// The ticket in which it was asked for.
    package var ticket: String
    /// The reason's code.
    package var reasonCode: String
    /// Who asked for, looked at or downloaded what is held, for the person to read in an archive of the right `access`;
    /// nil when no such record is kept.
    package var trail: [TrailEntry]?

    /// A request by its parts.
    package init(
        id: RequestID, subject: SubjectReference, right: Right, regime: RegimeID, format: DataFormat, only: [String],
        ticket: String, reasonCode: String, trail: [TrailEntry]? = nil
    ) {
        self.id = id
        self.subject = subject
        self.right = right
        self.regime = regime
        self.format = format
        self.only = only
        self.ticket = ticket
        self.reasonCode = reasonCode
        self.trail = trail
    }
}

extension ExportRequest {
    /// `personal-data_<service>_<yyyy-mm-dd>_<short id>`: the archive's folder, and its file without the ending.
    package func archiveName(service: String, on day: CivilDate) -> String {
        "personal-data_\(service)_\(day)_\(id.shortText)"
    }
}
