extension ZoneRules {
    /// Reads a TZif file of version 2 or later.
    ///
    /// - Parameters:
    ///   - bytes: the file.
    ///   - name: the zone's name.
    ///   - version: the release of the tz database.
    /// - Returns: nil when the bytes aren't such a file.
    package init?(tzif bytes: [UInt8], name: String, version: String) {
        // The first block holds 32-bit times for readers of old; the second follows it with 64 bits.
        guard let old = TZifHeader(bytes, at: 0), old.version >= 0x32,
            let header = TZifHeader(bytes, at: TZifHeader.size + old.bodySize(timeSize: 4)),
            header.end(timeSize: 8) <= bytes.count, header.types > 0
        else { return nil }
        let body = header.start + TZifHeader.size
        let indices = body + header.times * 8
        let types = indices + header.times
        var offsets: [Int] = []
        for index in 0..<header.types {
            offsets.append(Int(Int32(truncatingIfNeeded: Self.number(bytes, types + index * 6, 4))))
        }
        var transitions: [Transition] = []
        for index in 0..<header.times {
            let type = Int(bytes[indices + index])
            guard type < offsets.count else { return nil }
            transitions.append(Transition(at: Self.number(bytes, body + index * 8, 8), offset: offsets[type]))
        }
        let footer = bytes[header.end(timeSize: 8)...].dropFirst().prefix { $0 != 0x0a }
        let rule = footer.isEmpty ? nil : ZoneRule(String(decoding: footer, as: UTF8.self))
        guard footer.isEmpty || rule != nil, zip(transitions, transitions.dropFirst()).allSatisfy({ $0.at < $1.at })
        else { return nil }
        self.init(name: name, version: version, transitions: transitions, firstOffset: offsets[0], rule: rule)
    }

    /// A big-endian number of that many bytes.
    fileprivate static func number(_ bytes: [UInt8], _ start: Int, _ size: Int) -> Int64 {
        bytes[start..<start + size].reduce(0) { $0 << 8 | Int64($1) }
    }
}

/// The counts at the head of a data block (RFC 9636, 3.1).
private struct TZifHeader {
    static let size = 44
    let start: Int
    let version: UInt8
    let universal, standard, leaps, times, types, letters: Int

    init?(_ bytes: [UInt8], at start: Int) {
        guard start + Self.size <= bytes.count, bytes[start..<start + 4].elementsEqual("TZif".utf8) else { return nil }
        self.start = start
        version = bytes[start + 4]
        let counts = (0..<6).map { Int(ZoneRules.number(bytes, start + 20 + 4 * $0, 4)) }
        guard counts.allSatisfy({ $0 < 1 << 20 }) else { return nil }
        (universal, standard, leaps, times, types, letters) = (
            counts[0], counts[1], counts[2], counts[3], counts[4], counts[5]
        )
    }

    func bodySize(timeSize: Int) -> Int {
        times * (timeSize + 1) + types * 6 + letters + leaps * (timeSize + 4) + standard + universal
    }

    func end(timeSize: Int) -> Int { start + Self.size + bodySize(timeSize: timeSize) }
}
