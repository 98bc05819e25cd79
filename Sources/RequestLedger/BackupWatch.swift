package import RightsCore

/// What was last seen of the copies of what was erased for a request.
package struct BackupWatch: Sendable {
    package let request: RequestID
    package let erasedAt: Instant
    package var lookedAt: Instant
    /// `purged`, `may_hold_bytes`, `can_resurrect`, `unknown`.
    package var standing: String
    /// `calm`, `warn`, `break_glass`, `breach`.
    package var stage: String
    /// Each copy, as JSON.
    package var copies: String
    /// When the last copy goes; nil when nothing is left, or no end can be foretold.
    package var until: Instant?
    /// The day that the person was told last.
    package var toldUntil: CivilDate?

    /// A look at the copies of a request.
    package init(
        request: RequestID, erasedAt: Instant, lookedAt: Instant, standing: String, stage: String, copies: String,
        until: Instant?, toldUntil: CivilDate?
    ) {
        self.request = request
        self.erasedAt = erasedAt
        self.lookedAt = lookedAt
        self.standing = standing
        self.stage = stage
        self.copies = copies
        self.until = until
        self.toldUntil = toldUntil
    }

    static let columns = """
        request_id, habeas.micros(erased_at), habeas.micros(looked_at), standing, stage, copies, habeas.micros(until), \
        told_until
        """

    init(_ row: LedgerRow) throws(LedgerError) {
        var row = row
        request = try row.value { RequestID($0) }
        erasedAt = try row.instant()
        lookedAt = try row.instant()
        standing = try row.text()
        stage = try row.text()
        copies = try row.text()
        until = try row.optionalInstant()
        toldUntil = try row.optionalValue { CivilDate($0) }
    }
}

/// How many erasures have copies in backups left.
package struct BackupCount: Sendable, Hashable {
    /// All of them.
    package let open: Int
    /// Those at each stage past the day by which the last copy should be gone.
    package let warn: Int
    package let breakGlass: Int
    package let breach: Int
    /// Those whose copies nobody has read for two days.
    package let unread: Int

    /// Those that want somebody now.
    package var late: Int { warn + breakGlass + breach }
}
