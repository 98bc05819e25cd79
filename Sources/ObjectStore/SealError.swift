/// Why a sealed object can't be made, opened or destroyed.
package struct SealError: Error, Sendable, CustomStringConvertible {
    /// Stable codes (docs/errors.md).
    package enum Code: String, Sendable, CaseIterable {
        /// The object's name can't be one.
        case badName = "seal.bad-name"
        /// The object is there, its key isn't.
        case noKey = "seal.no-key"
        /// The key is there, the object isn't.
        case noObject = "seal.no-object"
        /// A key without an object lies where a new object's key would lie.
        case strayKey = "seal.stray-key"
        /// The key was destroyed; nothing opens the object any more.
        case destroyed = "seal.destroyed"
        /// The key file isn't one.
        case badKeyFile = "seal.bad-key-file"
        /// The key doesn't unwrap: the key file was changed.
        case keyRefused = "seal.key-refused"
        /// The key file is that of an object with another name.
        case otherObject = "seal.other-object"
        /// Bytes were changed, or the key is that of an earlier object.
        case damaged = "seal.damaged"
        /// The end is missing.
        case truncated = "seal.truncated"
        /// It would take more segments than the format counts.
        case tooLarge = "seal.too-large"
        /// The system doesn't let it be read.
        case cannotRead = "seal.cannot-read"
        /// It can't be told to be a sealed object, so it isn't destroyed.
        case notSealed = "seal.not-sealed"
    }

    /// What went wrong.
    package let code: Code
    /// Said for people.
    package let description: String
    /// What to do about it.
    package let hint: String?

    init(_ code: Code, _ description: String, hint: String? = nil) {
        self.code = code
        self.description = description
        self.hint = hint
    }
}
