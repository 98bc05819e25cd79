internal import ObjectStore
internal import RightsCore

/// Files of the keys' folder.
enum KeyFile {
    /// Reads a secret, unless others may.
    static func readSecret(_ path: String, id: String) throws(KeyRingError) -> [UInt8] {
        guard !WholeFile.isOpenToOthers(path) else {
            throw KeyRingError(.exposed, "others may read \(path); run chmod 600 on it, and rotate if they could have")
        }
        do { return try WholeFile.read(path) } catch {
            throw KeyRingError(.unreadable, "the key \(id) can't be read (\(error)); restore it from the keys' backup")
        }
    }

    static func write(_ bytes: [UInt8], to path: String, mode: UInt32) throws(KeyRingError) {
        do { try WholeFile.replace(path, with: bytes, mode: mode) } catch {
            throw KeyRingError(.cannotWrite, "can't write \(error)")
        }
    }

    /// A key's id: the first 16 digits of a digest.
    static func id(_ digest: some Sequence<UInt8>) -> String {
        Array(digest.prefix(8)).hex
    }
}
