/// The columns of a table, found by their names; others are left alone.
struct TableColumns {
    private let places: [String: Int]
    private let count: Int

    /// - Throws: ``TableProblem`` when a column is missing or there twice.
    init(_ header: CSVReader.Record, required: [String], known: [String]) throws(TableProblem) {
        var places: [String: Int] = [:]
        for (place, name) in header.fields.enumerated() where known.contains(name) || required.contains(name) {
            guard places.updateValue(place, forKey: name) == nil else {
                throw TableProblem(line: header.line, message: "the column \(name) is there twice")
            }
        }
        let missing = required.filter { places[$0] == nil }
        guard missing.isEmpty else {
            throw TableProblem(
                line: header.line,
                message: "the header lacks \(missing.joined(separator: ", ")); columns are named in any order")
        }
        self.places = places
        count = header.fields.count
    }

    func has(_ name: String) -> Bool { places[name] != nil }

    /// A record's field; nil when it is empty or there is no such column.
    func value(_ name: String, in record: CSVReader.Record) -> String? {
        guard let place = places[name], !record.fields[place].isEmpty else { return nil }
        return record.fields[place]
    }

    func required(_ name: String, in record: CSVReader.Record) throws(TableProblem) -> String {
        guard let value = value(name, in: record) else {
            throw TableProblem(line: record.line, message: "\(name) is empty")
        }
        return value
    }

    func check(_ record: CSVReader.Record) throws(TableProblem) {
        guard record.fields.count == count else {
            throw TableProblem(
                line: record.line, message: "\(record.fields.count) fields, but the header names \(count)")
        }
    }
}
