internal import Crypto
package import RightsCore

extension ErasureRunID {
    /// The run that is always the same for the same parts: a step of the ledger that may come twice.
    package init(naming parts: String...) {
        var bytes = Array(SHA256.hash(data: Array(parts.joined(separator: "\0").utf8)).prefix(16))
        // A UUID of one's own making (RFC 9562 §5.8).
        bytes[6] = bytes[6] & 0x0f | 0x80
        bytes[8] = bytes[8] & 0x3f | 0x80
        let hex = bytes.hex
        var groups: [Substring] = []
        var rest = hex[...]
        for length in [8, 4, 4, 4, 12] {
            groups.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        guard let run = ErasureRunID(groups.joined(separator: "-")) else { preconditionFailure("16 bytes are a UUID") }
        self = run
    }
}
