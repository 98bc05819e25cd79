internal import ObjectStore

/// Why the ledger of erasures can't be used, or takes no entry.
package struct ErasureLedgerError: Error, Sendable, CustomStringConvertible {
    /// Stable codes (docs/errors.md).
    package enum Code: String, Sendable, CaseIterable {
        /// It is lost, or an older state of it was put back: it lacks an entry that the database knows.
        case rewound = "ledger.rewound"
        /// A line isn't what was written there, or a file is missing.
        case damaged = "ledger.damaged"
        /// It was written under another ledger key.
        case otherKey = "ledger.other-key"
        /// It is of another version than this program reads.
        case otherVersion = "ledger.other-version"
        /// The disk is full; nothing was appended.
        case noSpace = "ledger.no-space"
        /// The system doesn't let it be written; nothing was appended.
        case cannotWrite = "ledger.cannot-write"
        /// The system doesn't let it be read.
        case cannotRead = "ledger.cannot-read"
        /// The run has an entry of that event already, about something else.
        case conflict = "ledger.conflict"
        /// The event can't follow what the ledger knows of the run.
        case outOfOrder = "ledger.out-of-order"
        /// A value can't stand in the ledger.
        case badEntry = "ledger.bad-entry"
    }

    /// What went wrong.
    package let code: Code
    /// Said for people: files, lines and numbers, never whom an entry is about.
    package let description: String
    /// What to do about it.
    package let hint: String?

    init(_ code: Code, _ description: String, hint: String? = nil) {
        self.code = code
        self.description = description
        self.hint = hint
    }
}

extension ErasureLedgerError {
    /// What the system said while appending.
    init(appending error: AppendFileError) {
        switch error.reason {
        case .noSpace:
            self.init(
                .noSpace, "the disk of the erasure ledger is full (\(error)); nothing was appended",
                hint: "free some space and run it again; nothing is erased that the ledger doesn't know")
        case .missing, .cannotRead, .cannotWrite:
            self.init(
                .cannotWrite, "the erasure ledger can't be written (\(error)); nothing was appended",
                hint: "is the folder of erasure.ledger mounted, and may this user write there?")
        }
    }

    /// What the system said while reading.
    init(reading error: AppendFileError) {
        self.init(
            .cannotRead, "the erasure ledger can't be read (\(error))",
            hint: "is the folder of erasure.ledger mounted, and may this user read it?")
    }

    /// A line, or the whole file when no line is named, isn't what was written there.
    init(damagedIn file: String, line: Int?, _ words: String) {
        let place = line.map { "\(file), line \($0)" } ?? file
        self.init(
            .damaged, "\(place): \(words)",
            hint: "put a good copy of the erasure ledger back; `habeas verify` judges a copy before it is used")
    }

    static func rewound(_ words: String) -> ErasureLedgerError {
        ErasureLedgerError(
            .rewound, words,
            hint: "put the newest copy of the ledger back into the folder of erasure.ledger; nothing is begun afresh, "
                + "because erasures it forgot could never be repeated after a restore")
    }
}
