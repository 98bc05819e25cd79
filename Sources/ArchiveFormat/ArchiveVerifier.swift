internal import Crypto
internal import FoundationEssentials

/// Checks a finished archive without database, network or trust in whoever wrote it.
package enum ArchiveVerifier {
    /// Reads the archive in a file and judges it.
    ///
    /// - Throws: `ArchiveError` when the file can't be opened at all.
    package static func verify(path: String, keys: [[UInt8]]) throws(ArchiveError) -> VerificationReport {
        try verify(try FileSource(path: path), keys: keys)
    }

    /// Reads the archive once and judges it.
    ///
    /// - Parameter keys: raw Ed25519 public keys, 32 bytes each; empty when none is at hand.
    /// - Throws: `ArchiveError` when it can't be read at all.
    package static func verify(
        _ source: any ArchiveSource, keys: [[UInt8]]
    ) throws(ArchiveError) -> VerificationReport {
        var report = VerificationReport()
        let contents: ArchiveContents
        do {
            // The manifest comes after the payload it describes, so it is read first, by a pass of its own.
            let manifest = try ArchiveContents.readTag("habeas-manifest.json", of: source).flatMap(Manifest.decoded(_:))
            contents = try ArchiveContents(source, manifest: manifest)
            report.manifest = manifest
        } catch  where error.code == .damaged {
            report.record("container", [error.description], passed: "")
            return report
        }
        report.root = contents.root
        report.manifestSHA256 = contents.entries["habeas-manifest.json"]?.sha256
        report.unpackedBytes = contents.entries.values.reduce(0) { $0 + $1.bytes }
        report.entryCount = contents.entries.count
        report.record(
            "container", contents.faults, passed: "\(contents.entries.count) entries, every CRC-32 as recorded")
        BagCheck(contents).run(into: &report)
        ManifestCheck(contents).run(into: &report)
        checkSignature(contents, keys, &report)
        return report
    }

    /// Judges whether archives, each verified alone, are all parts of one.
    package static func verifyTogether(_ reports: [VerificationReport]) -> VerificationReport.Check {
        PartsCheck(reports).check()
    }

    private static func checkSignature(
        _ contents: ArchiveContents, _ keys: [[UInt8]], _ report: inout VerificationReport
    ) {
        guard let manifest = contents.tags["habeas-manifest.json"], let signature = contents.tags["habeas-manifest.sig"]
        else { return report.record("signature", ["manifest or signature is missing"], passed: "") }
        guard !keys.isEmpty else {
            return report.leave(
                "signature", why: "no published key at hand; give it with --key, then this is checked too")
        }
        let isSigned = keys.contains { bytes in
            // A key that can't be one verifies nothing.
            guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes) else { return false }
            return key.isValidSignature(signature, for: manifest)
        }
        report.record(
            "signature", isSigned ? [] : ["the manifest isn't signed by any of the keys given"],
            passed: "Ed25519 over the exact manifest")
    }
}
