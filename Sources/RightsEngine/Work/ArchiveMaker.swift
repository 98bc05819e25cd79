package import RequestLedger

/// Makes a person's archive: what the exporter does, as far as the queue must know.
package struct ArchiveMaker: Sendable {
    /// How much an export will be.
    package let measure: @Sendable (ExportOrder) async throws -> ExportMeasure
    /// Makes it, sealed and read back, as objects of the archives' folder whose names begin with `objects`: one part is
    /// `<objects>.zip`, several are `<objects>-part<N>.zip`, counted from 1.
    ///
    /// Cancelling the task ends it soon. It throws what the exporter throws, or a ``JobFailure``.
    package let make:
        @Sendable (
            _ order: ExportOrder, _ objects: String, _ progress: @escaping @Sendable (JobProgress) -> Void
        ) async throws -> MadeArchive

    /// A maker by its closures.
    package init(
        measure: @escaping @Sendable (ExportOrder) async throws -> ExportMeasure,
        make:
            @escaping @Sendable (
                _ order: ExportOrder, _ objects: String, _ progress: @escaping @Sendable (JobProgress) -> Void
            ) async throws -> MadeArchive
    ) {
        self.measure = measure
        self.make = make
    }
}

/// What is to be made for whom.
package struct ExportOrder: Sendable, CustomStringConvertible, CustomReflectable {
    /// The request.
    package let request: RequestRecord
    /// Who it is about, as the data map names people.
    package let reference: String

    package var description: String { "<personal>" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// How much an export will be.
package struct ExportMeasure: Sendable, Hashable {
    /// Rows of the person.
    package let rows: Int
    /// Bytes that it may fill while it is made and after, its files included.
    package let bytes: Int

    /// A measure by its parts.
    package init(rows: Int, bytes: Int) {
        self.rows = rows
        self.bytes = bytes
    }
}

/// An archive that was made, sealed and read back.
package struct MadeArchive: Sendable {
    /// One part of it.
    package struct Part: Sendable {
        /// The object's name.
        package let object: String
        /// What a browser saves it as.
        package let fileName: String
        /// Its size unsealed.
        package let bytes: UInt64

        /// A part by its parts.
        package init(object: String, fileName: String, bytes: UInt64) {
            self.object = object
            self.fileName = fileName
            self.bytes = bytes
        }
    }

    /// The parts, the first first.
    package let parts: [Part]
    /// What it holds, as JSON of counts by collection.
    package let contents: String
    /// Rows in it.
    package let rows: Int
    /// Files that the rows name and nobody could read.
    package let missing: Int

    /// An archive by its parts.
    package init(parts: [Part], contents: String, rows: Int, missing: Int) {
        self.parts = parts
        self.contents = contents
        self.rows = rows
        self.missing = missing
    }
}

/// How far a job is.
package struct JobProgress: Sendable, Hashable {
    /// What it is doing, as a code.
    package let phase: String
    /// How much of it, in the phase's unit.
    package let done: Int?
    /// Of how much.
    package let total: Int?

    /// A progress by its parts.
    package init(phase: String, done: Int? = nil, total: Int? = nil) {
        self.phase = phase
        self.done = done
        self.total = total
    }
}
