internal import ArchiveFormat
internal import RightsCore
internal import RowEncoding

/// The person's own trail as files of an archive. No collection can have its name: theirs have no `-`.
struct TrailFiles {
    static let name = "audit-trail"
    /// What the trail is called on pages.
    static let title = "Who asked for, looked at or downloaded your data"

    let entries: [TrailEntry]

    /// Writes the files of the forms asked for, with their schema.
    func write(_ format: DataFormat, _ parts: PartWriter) async throws {
        let bag = parts.bag
        parts.manifest.trail = .init(entries: Int64(entries.count))
        if format.hasJSON {
            let schema = "schemas/\(Self.name).schema.json"
            _ = try await parts.addPayload("data/json/\(Self.name).json", mediaType: "application/json", writeJSON)
            bag.describeLast(rows: Int64(entries.count), nestedRows: nil, schema: schema)
            try bag.addTag(schema, mediaType: "application/schema+json", Array(Self.schema.utf8))
        }
        if format.hasCSV {
            var guarded: Int64 = 0
            _ = try await parts.addPayload("data/csv/\(Self.name).csv", mediaType: "text/csv") {
                guarded = try writeCSV($0)
            }
            bag.describeLast(rows: Int64(entries.count), nestedRows: nil, schema: nil)
            parts.manifest.notes.csvGuardedCells += guarded
        }
    }

    private static let names: [StaticString] = ["at", "actor", "action", "reason", "words", "request_id"]

    private static func values(_ entry: TrailEntry) -> [String?] {
        [entry.at.rfc3339, entry.actor, entry.action, entry.reasonCode, entry.words, entry.requestID]
    }

    private func writeJSON(_ write: @escaping (RawSpan) throws -> Void) throws {
        var out = OutputBuffer(drain: write)
        try out.append("[")
        for (index, entry) in entries.enumerated() {
            try out.append(index == 0 ? "\n" : ",\n")
            for (place, (name, value)) in zip(Self.names, Self.values(entry)).enumerated() {
                try out.append(place == 0 ? "{\"" : ",\"")
                try out.append(name)
                try out.append("\":")
                if let value { try out.append(json: value) } else { try out.append("null") }
            }
            try out.append("}")
        }
        try out.append("\n]\n")
        try out.flush()
    }

    /// - Returns: how many cells got a leading `'`.
    private func writeCSV(_ write: @escaping (RawSpan) throws -> Void) throws -> Int64 {
        var out = OutputBuffer(drain: write)
        for (place, name) in Self.names.enumerated() {
            if place > 0 { try out.append(",") }
            try out.append(name)
        }
        try out.append("\r\n")
        var guarded: Int64 = 0
        for entry in entries {
            for (place, value) in Self.values(entry).enumerated() {
                if place > 0 { try out.append(",") }
                if try out.append(cell: value) { guarded += 1 }
            }
            try out.append("\r\n")
        }
        try out.flush()
        return guarded
    }

    private static let schema = """
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "title": "\(title)",
          "type": "array",
          "items": {
            "type": "object",
            "additionalProperties": false,
            "required": ["at", "actor", "action", "reason", "words", "request_id"],
            "properties": {
              "at": { "type": "string", "format": "date-time", "description": "when, in UTC" },
              "actor": { "type": "string", "description": "who: a code such as person, staff, system" },
              "action": { "type": "string", "description": "what was done: a code such as request.opened" },
              "reason": { "type": ["string", "null"], "description": "why: a code" },
              "words": { "type": ["string", "null"], "description": "why, in words" },
              "request_id": { "type": "string", "description": "the request it belongs to" }
            }
          }
        }

        """
}
