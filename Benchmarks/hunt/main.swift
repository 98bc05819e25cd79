// Compares a dumped binary COPY with the spellings of so many people, as the leftovers hunt does.
import Foundation

let arguments = CommandLine.arguments
guard arguments.count == 4, let people = Int(arguments[2]), let columns = Int(arguments[3]) else {
    fatalError("usage: compare DUMP PEOPLE COLUMNS")
}
let dump = try Data(contentsOf: URL(fileURLWithPath: arguments[1]))

func spellings(of person: Int) -> [BytePattern] {
    let mail = "person\(person).canary\(person * 7919)@gmail.com"
    let uuid = UUID()
    let hex = uuid.uuidString.lowercased()
    let texts = [
        mail, mail.replacing("@", with: "%40"), mail.replacing("@", with: "&#64;"), hex, hex.replacing("-", with: ""),
    ]
    let packed = [mail, hex].flatMap { text in
        (0..<3).map { lead in Data(repeating: 0, count: lead) + Data(text.utf8) }.map { bytes in
            BytePattern(Array(bytes.base64EncodedString().dropFirst(4).dropLast(4).utf8), ignoresCase: false)
        }
    }
    return texts.map { BytePattern(Array($0.utf8), ignoresCase: true) } + packed
        + [BytePattern(withUnsafeBytes(of: uuid.uuid) { Array($0) }, ignoresCase: false)]
}

let set = PatternSet((0..<people).flatMap(spellings))
var times: [Duration] = []
for _ in 0..<5 {
    var search = RowSearch(set, columns: columns, packable: [])
    var hits = 0
    times.append(
        try ContinuousClock().measure {
            try dump.withUnsafeBytes { bytes in
                try search.search(RawSpan(_unsafeBytes: bytes)) { _ in
                    hits += 1
                } packed: { _ in
                }
            }
        })
}
print("\(people) people, \(set.patterns.count) spellings: \(times.sorted()[2])")
