// Exporting: one person's rows and files → one archive that proves itself.
//
// Owns the plan of an export, the reading of rows, the archive's pages. It must never delete anything.

package import DataMap
package import RightsCore

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

    /// A request by its parts.
    package init(
        id: RequestID, subject: SubjectReference, right: Right, regime: RegimeID, format: DataFormat, only: [String],
        ticket: String, reasonCode: String
    ) {
        self.id = id
        self.subject = subject
        self.right = right
        self.regime = regime
        self.format = format
        self.only = only
        self.ticket = ticket
        self.reasonCode = reasonCode
    }
}

extension ExportRequest {
    /// `personal-data_<service>_<yyyy-mm-dd>_<short id>`: the archive's folder, and its file without the ending.
    package func archiveName(service: String, on day: CivilDate) -> String {
        "personal-data_\(service)_\(day)_\(id.shortText)"
    }
}

/// A person as written by whoever asks: `user:0199…` or `email:ada@example.com`. It prints itself as `<personal>`.
package struct SubjectReference: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The word before the colon.
    package let scheme: String
    let value: String

    /// Parses `scheme:value`; nil when there is no colon or either side is empty.
    package init?(_ text: String) {
        guard let colon = text.firstIndex(of: ":") else { return nil }
        scheme = String(text[..<colon])
        value = String(text[text.index(after: colon)...])
        if scheme.isEmpty || value.isEmpty || value.contains("\0") { return nil }
    }

    package var description: String { "\(scheme):<personal>" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// A person found in the database. It prints itself as `<personal>`.
package struct Subject: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// What kind of person.
    package let kind: SubjectKind
    /// The key's columns as PostgreSQL writes them in text.
    let key: [String]
    /// What row security is given.
    let scopeValue: String

    package var description: String { "\(kind.name):<personal>" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
