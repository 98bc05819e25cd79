internal import Erasing
internal import Foundation
internal import RequestLedger
internal import RightsCore
internal import RightsEngine

/// A plan as it is kept for its request: what is approved are the canonical bytes.
struct PlanAnswer: Encodable {
    /// One carrying out.
    struct Run: Encodable {
        let id: String
        let begunAt: String
        /// Whether the rows are gone: the receipt was written by the transaction that did it.
        let rowsGone: Bool
        let filesGoneAt: String?
        let huntedAt: String?

        init(_ run: ErasureRunRecord) {
            id = run.run.text
            begunAt = run.begunAt.rfc3339
            rowsGone = run.receipt != nil
            filesGoneAt = run.filesDoneAt?.rfc3339
            huntedAt = run.huntedAt?.rfc3339
        }
    }

    let request: String
    let state: String
    let digest: String
    let madeAt: String
    let expiresAt: String
    let approvedBy: String?
    let approvedAt: String?
    /// Base64.
    let canonical: String
    let plan: ErasurePlan
    let runs: [Run]
    /// What was otherwise when an earlier plan of the request should have been carried out.
    let differences: [String]

    init(_ view: PlanView) {
        request = view.record.request.text
        state = view.record.state.rawValue
        digest = view.record.digest.hex
        madeAt = view.record.madeAt.rfc3339
        expiresAt = view.record.expiresAt.rfc3339
        approvedBy = view.record.approvedBy
        approvedAt = view.record.approvedAt?.rfc3339
        canonical = Data(view.record.bytes).base64EncodedString()
        plan = view.plan
        runs = view.runs.map(Run.init)
        differences = view.differences
    }
}

/// A certificate: the bytes that were signed, the signature, and what they say.
struct CertificateAnswer: Encodable {
    let request: String
    let madeAt: String
    /// Base64.
    let canonical: String
    /// Base64, Ed25519 over the canonical bytes.
    let signature: String
    let certificate: ErasureCertificate

    init(_ record: CertificateRecord) throws {
        request = record.request.text
        madeAt = record.madeAt.rfc3339
        canonical = Data(record.bytes).base64EncodedString()
        signature = Data(record.signature).base64EncodedString()
        certificate = try JSONDecoder().decode(ErasureCertificate.self, from: Data(record.bytes))
    }
}

/// Whether somebody must not be created again.
struct SuppressionView: Encodable {
    let suppressed: Bool
    /// In hexadecimal: what `habeas_local.is_suppressed` takes.
    let hash: String

    init(_ answer: SuppressionAnswer) {
        suppressed = answer.isSuppressed
        hash = answer.hash.hex
    }
}

/// Deletions of the product's own that were taken over.
struct DeletionsView: Encodable {
    let collection: String
    let taken: Int
    /// Those that the ledger didn't have from this very report.
    let new: Int
}
