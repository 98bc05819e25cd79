package import RightsCore

/// A legal hold as it is stored: who and which records it is about stands in boxes beside it.
package struct HoldRecord: Sendable {
    /// The hold; the keys of its records are missing here, and in the box.
    package var hold: LegalHold
    /// How many single records it is about; none means all of its collections.
    package let recordCount: Int
    /// Whom it is about, sealed; nil for everybody, and once it is over.
    package let subjectBox: [UInt8]?
    /// The keys of its records, one a line, sealed; nil where there are none, and once it is over.
    package let recordsBox: [UInt8]?

    /// A hold with its boxes.
    package init(_ hold: LegalHold, subjectBox: [UInt8]?, recordsBox: [UInt8]?) {
        self.hold = hold
        recordCount = hold.scope.records.count
        self.hold.scope.records = []
        self.subjectBox = subjectBox
        self.recordsBox = recordsBox
    }

    static let columns = """
        id, matter, basis, subject_hash, array_to_string(collections, ','), range_column, range_from, range_until, \
        issuer, custodian, habeas.micros(placed_at), review_on, state, approved_by, habeas.micros(approved_at), \
        release_proposed_by, released_by, habeas.micros(released_at), record_count, subject_box, records_box
        """

    init(_ row: LedgerRow) throws(LedgerError) {
        var row = row
        hold = try LegalHold(&row)
        recordCount = try row.int()
        subjectBox = try row.optionalBytes()
        recordsBox = try row.optionalBytes()
    }
}

extension LegalHold {
    fileprivate init(_ row: inout LedgerRow) throws(LedgerError) {
        let id = try row.value { HoldID($0) }
        let matter = try row.text()
        let basis = try row.value(HoldBasis.init(rawValue:))
        let scope = try HoldScope(&row)
        self.init(
            id: id, matter: matter, basis: basis, scope: scope, issuer: try row.value { StaffID($0) },
            custodian: try row.optionalValue { StaffID($0) }, placedAt: try row.instant(),
            reviewOn: try row.value { CivilDate($0) })
        state = try row.value(HoldState.init(rawValue:))
        approvedBy = try row.optionalValue { StaffID($0) }
        approvedAt = try row.optionalInstant()
        releaseProposedBy = try row.optionalValue { StaffID($0) }
        releasedBy = try row.optionalValue { StaffID($0) }
        releasedAt = try row.optionalInstant()
    }
}

extension HoldScope {
    fileprivate init(_ row: inout LedgerRow) throws(LedgerError) {
        let subject = try row.optionalBytes().flatMap { Hash256($0) }
        let collections = try row.list()
        let column = try row.optionalText()
        let from = try row.optionalValue { CivilDate($0) }
        let until = try row.optionalValue { CivilDate($0) }
        self.init(
            subject: subject, collections: collections,
            range: column.map { HoldRange(column: $0, from: from, until: until) })
    }
}

/// Which holds are looked for.
package struct HoldFilter: Sendable, Hashable {
    /// Only in these states; in any when empty.
    package var states: [HoldState] = []
    /// Only those whose review was due before this day, and that are in force.
    package var reviewBefore: CivilDate?
    /// The last one of the page before.
    package var before: HoldID?
    /// How many at most.
    package var limit = 50

    /// All of them.
    package init() {}
}

/// How many holds there are.
package struct HoldCount: Sendable, Hashable {
    /// Those in force.
    package let inForce: Int
    /// Those in force that wait for a second person.
    package let unconfirmed: Int
    /// Those in force whose day of review is past.
    package let reviewOverdue: Int

    /// Numbers of holds.
    package init(inForce: Int, unconfirmed: Int, reviewOverdue: Int) {
        self.inForce = inForce
        self.unconfirmed = unconfirmed
        self.reviewOverdue = reviewOverdue
    }
}
