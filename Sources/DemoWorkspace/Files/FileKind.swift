/// What kind of file a document is.
enum FileKind: CaseIterable {
    case image, letter, notes, table, markdown, sound

    /// The kind of a person's document; the first one is an image, which can serve as avatar.
    static func of(document: Int) -> FileKind { allCases[document % allCases.count] }

    var mediaType: String {
        switch self {
        case .image: "image/png"
        case .letter: "application/pdf"
        case .notes: "text/plain; charset=utf-8"
        case .table: "text/csv"
        case .markdown: "text/markdown"
        case .sound: "audio/wav"
        }
    }

    /// A member of enum `workspace.document_kind`.
    var documentKind: String {
        switch self {
        case .image: "scan"
        case .sound: "recording"
        default: "upload"
        }
    }

    private var pattern: (stem: String, ending: String) {
        switch self {
        case .image: ("scan", "png")
        case .letter: ("letter", "pdf")
        case .notes: ("notes", "txt")
        case .table: ("list", "csv")
        case .markdown: ("draft", "md")
        case .sound: ("memo", "wav")
        }
    }

    /// An ordinary file name; every second one is Unicode, every third carries the person's canary.
    func makeName(of person: Person, document: Int, version: Int?) -> String {
        var name = document % 2 == 0 ? pattern.stem : "\(pattern.stem) für \(person.topic(document).title)"
        if document % 3 == 2 { name += " \(person.canary)" }
        name += " \(document + 1)"
        if let version { name += " (v\(version))" }
        return name + "." + pattern.ending
    }

    /// What is in the file: the person's canary too.
    func makeContent(of person: Person, document: Int, _ random: inout SplitMix64) -> [UInt8] {
        let topic = person.topic(document)
        switch self {
        case .image: return PNGImage(side: 24 + random.below(40), hue: random.below(256), comment: person.canary).bytes
        case .letter: return PDFLetter(lines: [topic.title] + topic.user + [person.canary]).bytes
        case .sound: return SoundRecording(samples: 4000 + random.below(8000), comment: person.canary).bytes
        case .notes, .markdown:
            return prose(topic, marked: person.canary, bytes: 2000 + random.below(14_000), &random)
        case .table: return table(topic, marked: person.canary, rows: 20 + random.below(180), &random)
        }
    }

    private func prose(_ topic: Topic, marked canary: String, bytes: Int, _ random: inout SplitMix64) -> [UInt8] {
        var text = "# \(topic.title)\n\n\(canary)\n\n"
        while text.utf8.count < bytes { text += random.pick(topic.user + topic.assistant) + "\n" }
        return Array((text + canary + "\n").utf8)
    }

    private func table(_ topic: Topic, marked canary: String, rows: Int, _ random: inout SplitMix64) -> [UInt8] {
        var text = "number,what,amount\r\n0,\(canary),0\r\n"
        for row in 1...rows { text += "\(row),\"\(random.pick(topic.outside))\",\(random.below(900)).50\r\n" }
        return Array((text + "\(rows + 1),\(canary),0\r\n").utf8)
    }
}
