internal import LegalRules
internal import ObjectStore
internal import SystemPackage

/// Runs a table through a computation: rows out on standard output, bad rows by their line on standard error.
struct TableRun {
    private var reader: CSVReader
    private var output = ""
    private var (done, failed) = (0, 0)

    /// The table of a file, or of standard input for nil and `-`.
    init(_ file: String?) throws {
        guard let file, file != "-" else {
            reader = CSVReader(try StandardInput.all())
            return
        }
        reader = CSVReader(try WholeFile.read(file))
    }

    /// The header, for the computation to find its columns.
    mutating func header() throws -> CSVReader.Record {
        let header = reader.next()
        // A name with a semicolon in it means nothing here: a spreadsheet's other separator.
        if let header, header.fields.count == 1, header.fields[0].contains(";") {
            throw CommandFailure(
                .failed, code: "table.invalid", "line \(header.line): the columns are separated by semicolons",
                hint: "separate them by commas: export it as comma-separated values (RFC 4180)")
        }
        guard let header else {
            throw CommandFailure(
                .failed, code: "table.invalid", reader.problem?.description ?? "the table is empty",
                hint: "its first line names the columns")
        }
        return header
    }

    /// Writes a row for each that can be computed; status 1 when one can't.
    mutating func write(_ header: [String], _ row: (CSVReader.Record) throws(TableProblem) -> [String]) throws {
        output = CSVWriter.line(header)
        while let record = reader.next() {
            try Task.checkCancellation()
            do {
                output += CSVWriter.line(try row(record))
                done += 1
            } catch {
                failed += 1
                Terminal.note("habeas: error: \(error)")
            }
            if output.utf8.count > 1 << 16 { try flush() }
        }
        try flush()
        if let problem = reader.problem {
            failed += 1
            Terminal.note("habeas: error: \(problem); the rest can't be read")
        }
        guard failed == 0 else {
            Terminal.note("\(Terminal.count(done, "row")) computed, \(Terminal.count(failed, "row")) left out")
            throw ExitStatusError(status: .failed)
        }
    }

    private mutating func flush() throws {
        do { _ = try FileDescriptor.standardOutput.writeAll(output.utf8) } catch {
            throw CommandFailure(.failed, code: "file.unusable", "standard output can't be written")
        }
        output = ""
    }
}

extension CommandFailure {
    /// A table whose header can't be used.
    init(_ problem: TableProblem) {
        self.init(.failed, code: "table.invalid", problem.description)
    }
}
