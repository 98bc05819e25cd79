import Crypto
import FoundationEssentials

/// A file of the object store: the user's upload, an earlier version of it, or an invoice's PDF.
struct StoredFile {
    /// What the object store holds of it.
    enum State: String {
        case ok, missing, truncated
    }

    /// ASCII, and says nothing about the file.
    let key: String
    let name: String
    let mediaType: String
    let content: [UInt8]
    let state: State
    /// Of the whole content, in lower-case hexadecimal digits.
    let sha256: String

    init(key: String, name: String, mediaType: String, content: [UInt8], state: State = .ok) {
        self.key = key
        self.name = name
        self.mediaType = mediaType
        self.content = content
        self.state = state
        sha256 = SHA256.hash(data: content).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// A key for a row's file.
    static func makeKey(of person: Person, _ purpose: Purpose, _ ordinal: Int) -> String {
        var random = person.random(purpose, ordinal)
        let digits = random.hex(words: 2)
        return "\(digits.prefix(2))/\(digits)"
    }
}
