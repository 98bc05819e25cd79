internal import Synchronization

/// Whether the service serves: closed while the database is older than the erasure ledger.
package final class ServiceDoor: Sendable {
    /// Why it is closed.
    package struct Closure: Sendable, Hashable {
        /// A stable code (docs/errors.md).
        package let code: String
        /// Said for anyone.
        package let words: String
        /// What to do about it.
        package let hint: String?

        package init(code: String, words: String, hint: String?) {
            self.code = code
            self.words = words
            self.hint = hint
        }
    }

    private let closure: Mutex<Closure?>

    /// An open door, or one that is closed until somebody looked.
    package init(_ closure: Closure? = nil) { self.closure = Mutex(closure) }

    /// Why it is closed; nil while it is open.
    package var closed: Closure? { closure.withLock { $0 } }
    package var isOpen: Bool { closed == nil }

    /// Closes it.
    package func close(_ why: Closure) { closure.withLock { $0 = why } }
    /// Opens it.
    package func open() { closure.withLock { $0 = nil } }
}
