internal import FoundationEssentials
package import RightsCore

extension Deadline {
    /// The dates and steps as JSON, keys sorted and in snake case: the form they are stored and shown in.
    package func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    /// Reads what ``json()`` wrote; nil for anything else.
    package init?(json text: String) {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let deadline = try? decoder.decode(Deadline.self, from: Data(text.utf8)) else { return nil }
        self = deadline
    }
}
