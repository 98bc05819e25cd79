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

    /// The scheme by which a person is found by their mail address.
    static let email = "email"

    /// The reference of a key: the one way of writing it.
    init(_ kind: SubjectKind, key: [String]) {
        scheme = kind.name
        value = key.count == 1 ? key[0] : Self.joined(key)
    }

    /// The text as it is parsed, for a place that keeps it sealed.
    package func reveal() -> String { "\(scheme):\(value)" }

    /// The parts of a key of several columns: between commas, where `\,` is a comma and `\\` a backslash.
    static func parts(of value: String) -> [String] {
        var parts = [""]
        var isEscaped = false
        for scalar in value.unicodeScalars {
            if !isEscaped && scalar == "\\" {
                isEscaped = true
                continue
            }
            if !isEscaped && scalar == "," {
                parts.append("")
            } else {
                parts[parts.count - 1].unicodeScalars.append(scalar)
            }
            isEscaped = false
        }
        return parts
    }

    private static func joined(_ parts: [String]) -> String {
        parts.map { $0.replacing("\\", with: "\\\\").replacing(",", with: "\\,") }.joined(separator: ",")
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
