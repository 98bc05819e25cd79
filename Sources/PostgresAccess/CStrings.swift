internal import Glibc

/// Lists of C strings for the length of one call.
enum CStrings {
    /// Lends a copy of each text; nil stays a null pointer.
    static func with<Value>(_ texts: [String?], _ body: ([UnsafePointer<CChar>?]) -> Value) -> Value {
        let copies = texts.map { text -> UnsafeMutablePointer<CChar>? in text.flatMap { strdup($0) } }
        defer { for copy in copies { free(copy) } }
        return body(copies.map { $0.map { UnsafePointer($0) } })
    }
}
