package import HTTPTypes

/// What part of a content is asked for (RFC 9110 §14).
package enum ByteRange: Equatable, Sendable {
    /// All of it: 200.
    case whole
    /// Bytes from the first to the one before the last: 206.
    case part(Range<Int>)
    /// Nothing of it can be sent: 416.
    case unsatisfiable

    /// What `Range` and `If-Range` ask of a content of `length` bytes.
    ///
    /// As §14.2 allows, a field that isn't understood is ignored: another unit, bad syntax, several ranges (nobody
    /// resuming a download asks for them, and they are a way to make a server work). `If-Range` has to be our strong
    /// tag; a date or a weak tag asks for the whole.
    package init(range: String?, ifRange: String?, tag: EntityTag, length: Int) {
        guard let range, ifRange == nil || ifRange == tag.header, let bounds = Self.bounds(range) else {
            self = .whole
            return
        }
        self = Self.resolve(bounds, length: length)
    }

    private enum Bounds {
        case from(Int, through: Int?)
        case last(Int)
    }

    private static func bounds(_ header: String) -> Bounds? {
        let parts = header.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].lowercased() == "bytes" else { return nil }
        let ends = parts[1].trimmed.split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2 else { return nil }
        if ends[0].isEmpty { return number(ends[1]).map(Bounds.last) }
        guard let first = number(ends[0]) else { return nil }
        if ends[1].isEmpty { return .from(first, through: nil) }
        guard let last = number(ends[1]), last >= first else { return nil }
        return .from(first, through: last)
    }

    private static func resolve(_ bounds: Bounds, length: Int) -> ByteRange {
        switch bounds {
        case .from(let first, _) where first >= length: .unsatisfiable
        case .from(let first, let last): .part(first..<min(last.map { $0 == .max ? $0 : $0 + 1 } ?? length, length))
        case .last(0): .unsatisfiable
        case .last(let count): length == 0 ? .unsatisfiable : .part(max(0, length - count)..<length)
        }
    }

    /// Digits only; a number beyond what an integer holds lies beyond any content.
    private static func number(_ text: Substring) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy(\.isDigit) else { return nil }
        return Int(text) ?? .max
    }
}

extension ByteRange {
    /// The status of the answer.
    package var status: HTTPResponse.Status {
        switch self {
        case .whole: .ok
        case .part: .partialContent
        case .unsatisfiable: .rangeNotSatisfiable
        }
    }

    /// `Content-Range` for a content of `length` bytes; nil for the whole.
    package func contentRange(length: Int) -> String? {
        switch self {
        case .whole: nil
        case .part(let range): "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(length)"
        case .unsatisfiable: "bytes */\(length)"
        }
    }

    /// The bytes to send of a content of `length` bytes; throws 416 when there are none.
    package func bytes(length: Int) throws(Problem) -> Range<Int> {
        switch self {
        case .whole: return 0..<length
        case .part(let range): return range
        case .unsatisfiable:
            throw Problem(
                .rangeNotSatisfiable, "the content has \(length) bytes",
                headers: [.contentRange: "bytes */\(length)"])
        }
    }
}

extension Substring {
    /// Without spaces and tabs at both ends.
    var trimmed: Substring {
        var text = self
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text.drop { $0 == " " || $0 == "\t" }
    }
}
