/// Values that are legal and rare: what an export must carry over unharmed.
///
/// They are written the way PostgreSQL reads them. An empty pool stands for ordinary values.
struct Oddity: Sendable {
    /// Names, titles, bodies, notes.
    var texts: [String] = []
    /// Bodies of messages and pages, where these are more peculiar than the texts.
    var bodies: [String] = []
    var fileNames: [String] = []
    var dates: [String] = []
    /// For `timestamptz`, exactly as PostgreSQL prints them in UTC.
    var instants: [String] = []
    /// For `timestamp`.
    var localTimes: [String] = []
    var doubles: [String] = []
    var numerics: [String] = []
    var intervals: [String] = []
    /// For `json`, which keeps spaces, duplicate keys and escapes.
    var jsonTexts: [String] = []
    var jsonbTexts: [String] = []
    /// Array literals of text.
    var arrays: [String] = []
    var binaries: [[UInt8]] = []
    var networks: [String] = []

    /// The pools of each trait that has some.
    static let of: [Trait: Oddity] = [
        .emoji: Oddity(texts: emoji, fileNames: emoji),
        .rightToLeft: Oddity(texts: rightToLeft, fileNames: rightToLeft),
        .normalForms: Oddity(texts: normalForms, fileNames: normalForms),
        .lineSeparators: Oddity(texts: lineSeparators, fileNames: lineSeparators),
        .controlCharacters: Oddity(texts: controlCharacters, fileNames: controlCharacters),
        .extremeDates: Oddity(dates: dates, instants: instants, localTimes: localTimes),
        .extremeNumbers: Oddity(doubles: doubles, numerics: numerics),
        .intervals: Oddity(intervals: intervals),
        .csvFormulas: Oddity(texts: csvFormulas, fileNames: csvFormulas),
        .hostileFileNames: Oddity(fileNames: fileNames),
        .jsonText: Oddity(jsonTexts: jsonTexts, jsonbTexts: jsonbTexts),
        .arrays: Oddity(arrays: arrays),
        .binary: Oddity(binaries: binaries),
        .networks: Oddity(networks: networks),
        .longText: Oddity(bodies: longTexts),
    ]
}
