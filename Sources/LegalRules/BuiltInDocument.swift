/// A document compiled into the program, by the name it is looked up under, so that only what is asked for is parsed.
struct BuiltInDocument: Sendable {
    /// The regime's or country's id.
    let id: String
    /// A name that means this edition alone.
    let alias: String?
    /// Its name for errors.
    let name: String
    private let bytes: [UInt8]

    init(_ id: String, alias: String? = nil, file name: String, _ bytes: [UInt8]) {
        self.id = id
        self.alias = alias
        self.name = name
        self.bytes = bytes
    }

    var file: RuleFile { RuleFile(name: name, text: String(decoding: bytes, as: UTF8.self)) }
}
