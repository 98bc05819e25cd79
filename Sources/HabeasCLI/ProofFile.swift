internal import ArchiveFormat
internal import BackupTruth
internal import Erasing
internal import FoundationEssentials
internal import ObjectStore
internal import RightsCore
internal import RightsEngine

/// A certificate of erasure, the report of a drill, a plan, or a pack of evidence, as a file.
struct ProofFile {
    /// What it is.
    private enum Kind {
        /// The certificate's bytes and its signature; nil where no file of signature lies beside it.
        case certificate([UInt8], signature: [UInt8]?)
        /// The report of a drill and its signature.
        case drill([UInt8], signature: [UInt8]?)
        case plan([UInt8])
        case evidence(FileSource)
    }

    /// Certificates and plans have kilobytes.
    private static let largest: UInt64 = 64 << 20

    private let path: String
    private let kind: Kind

    /// Nil when the file is none of them: what can't be read isn't.
    init?(_ path: String) throws {
        // The signature stands for what it signs.
        let path = path.hasSuffix(".sig") ? "\(path.dropLast(4)).json" : path
        self.path = path
        // What can't be opened is told by whoever reads it next.
        guard let source = try? FileSource(path: path) else { return nil }
        switch Self.beginning(source) {
        case UInt8(ascii: "P"):
            guard (try? EvidenceVerifier.recognises(source)) == true else { return nil }
            kind = .evidence(source)
        case UInt8(ascii: "{") where source.bytes <= Self.largest:
            guard let kind = try Self.document(path) else { return nil }
            self.kind = kind
        default: return nil
        }
    }

    private static func beginning(_ source: FileSource) -> UInt8? {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1, alignment: 1)
        defer { unsafe buffer.deallocate() }
        guard let count = try? unsafe source.read(at: 0, into: buffer), count == 1 else { return nil }
        return unsafe buffer[0]
    }

    /// A certificate, or a plan: told by their fields, however they were changed, or by the signature beside them.
    private static func document(_ path: String) throws -> Kind? {
        let bytes = try WholeFile.read(path)
        let signaturePath = (path.hasSuffix(".json") ? String(path.dropLast(5)) : path) + ".sig"
        let hasSignature = FileManager.default.fileExists(atPath: signaturePath)
        let fields = try? JSONDecoder().decode(Fields.self, from: Data(bytes))
        if fields?.kind == DrillReport.kind {
            return .drill(bytes, signature: hasSignature ? try WholeFile.read(signaturePath) : nil)
        }
        if hasSignature || fields?.ledgerSequence == true {
            return .certificate(bytes, signature: hasSignature ? try WholeFile.read(signaturePath) : nil)
        }
        return fields?.target == true && fields?.execution == true ? .plan(bytes) : nil
    }

    /// Which of the telling fields a document has.
    private struct Fields: Decodable {
        private enum CodingKeys: String, CodingKey { case ledgerSequence, target, execution, kind }
        let ledgerSequence: Bool
        let target: Bool
        let execution: Bool
        let kind: String?

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            ledgerSequence = container.contains(.ledgerSequence)
            target = container.contains(.target)
            execution = container.contains(.execution)
            kind = try? container.decode(String.self, forKey: .kind)
        }
    }

    /// Judges it.
    func judge(keys: [[UInt8]]) throws -> ProofJudgement {
        switch kind {
        case .certificate(let bytes, let signature):
            let judged = CertificateVerifier.verify(bytes, signature: signature, keys: keys)
            return ProofJudgement(
                file: path, kind: "certificate", digest: ErasurePlan.digest(of: bytes).hex, report: judged.report)
        case .drill(let bytes, let signature):
            return ProofJudgement(
                file: path, kind: "drill", digest: ErasurePlan.digest(of: bytes).hex,
                report: DrillVerifier.verify(bytes, signature: signature, keys: keys))
        case .plan(let bytes):
            var report = VerificationReport()
            var fault: [String] = []
            var extent = ""
            do {
                let plan = try ErasurePlan(canonicalBytes: bytes)
                extent = "\(plan.affectedRows) rows in \(plan.collections.count) collections"
            } catch { fault = [error.description] }
            report.record("plan", fault, passed: extent)
            return ProofJudgement(
                file: path, kind: "plan", digest: ErasurePlan.digest(of: bytes).hex, report: report)
        case .evidence(let source):
            return ProofJudgement(
                file: path, kind: "evidence", digest: nil, report: try EvidenceVerifier.verify(source, keys: keys))
        }
    }
}

/// What is said of a verified proof.
struct ProofJudgement: Encodable {
    private let file: String
    private let kind: String
    private let sound: Bool
    private let complete: Bool
    /// SHA-256 of the file.
    private let sha256: String?
    private let checks: [VerificationReport.Check]

    init(file: String, kind: String, digest: String?, report: VerificationReport) {
        self.file = file
        self.kind = kind
        sound = report.isSound
        complete = report.isComplete
        sha256 = digest
        checks = report.checks
    }

    /// Prints it; ends the command with 6 when something is wrong, 3 when something couldn't be checked.
    func print(asJSON: Bool) throws {
        if asJSON { try Terminal.printJSON(self) } else { Terminal.print(words) }
        guard sound else { throw ExitStatusError(status: .verificationFailed) }
        guard complete else { throw ExitStatusError(status: .refused) }
    }

    private var words: String {
        let table = Terminal.table(["", "Check", "Found"], checks.map { [$0.mark, $0.name, $0.detail] })
        let digest = sha256.map { "SHA-256 \($0)\n" } ?? ""
        let names = [
            "certificate": "the certificate", "plan": "the plan", "evidence": "the evidence",
            "drill": "the report of a drill",
        ]
        // A plan isn't signed: what it is worth, the digest that was approved says.
        if kind == "plan", sound {
            return "\(table)\n\n\(digest)\(file): a whole plan; compare its SHA-256 with the one approved"
        }
        let verdict =
            sound ? (complete ? "sound" : "sound as far as it could be checked") : "NOT sound"
        return "\(table)\n\n\(digest)\(file): \(names[kind] ?? kind): \(verdict)"
    }
}

extension VerificationReport.Check {
    /// The outcome as a word of a table.
    var mark: String {
        switch outcome {
        case .passed: "ok"
        case .failed: "FAILED"
        case .unchecked: "unchecked"
        }
    }
}
