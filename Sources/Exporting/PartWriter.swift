internal import ArchiveFormat
internal import RightsCore

/// A part whose bytes are written and not shown yet.
struct FinishedPart {
    let output: ArchiveOutput
    let path: String?
    let root: String
    let bytes: UInt64
    let manifest: Manifest
    let manifestSHA256: String
}

/// Writes the parts of one archive, one after the other. Each is a bag of its own.
///
/// Whether there will be several is known only when a second one is needed; until then the first goes by the archive's own
/// name, since a sealed object is bound to its name from its first byte.
final class PartWriter {
    private let target: ArchiveTarget
    private let rootName: String
    private let moment: Instant
    /// Bytes kept free for what describes a part.
    private let descriptionBytes: UInt64
    private let template: Manifest
    private var output: ArchiveOutput
    private var exceededBy: String?
    private(set) var finished: [FinishedPart] = []
    /// The bag being written.
    private(set) var bag: BagWriter
    /// The manifest of the part being written.
    var manifest: Manifest

    /// Begins the first part.
    ///
    /// - Parameters:
    ///   - template: what the manifests of all parts say alike.
    ///   - descriptionBytes: about how much schemas and pages take in a part.
    init(
        to target: ArchiveTarget, root: String, at moment: Instant, manifest template: Manifest,
        descriptionBytes: UInt64
    ) throws {
        self.target = target
        rootName = root
        self.moment = moment
        self.template = template
        self.descriptionBytes = descriptionBytes
        manifest = template
        output = try target.output(part: nil)
        bag = BagWriter(to: output, root: root, at: moment)
    }

    /// The number of the part being written.
    var number: Int { finished.count + 1 }

    /// Its folder.
    var root: String { number == 1 ? rootName : "\(rootName)_part\(number)" }

    /// Whether no more rows should go into this part.
    var isSpent: Bool { target.partSize.map { bag.writtenBytes + reserve($0) >= $0 } ?? false }

    /// Whether a file of so many bytes should go into the next part.
    func isTooSmall(for bytes: UInt64) -> Bool {
        guard let limit = target.partSize, bag.hasPayload else { return false }
        return bag.writtenBytes + bytes + bytes / 1000 + reserve(limit) > limit
    }

    /// Room for the directory's and the manifests' lines of each file, for pages and schemas, and for what the compressor
    /// holds back.
    private func reserve(_ limit: UInt64) -> UInt64 {
        let fixed = min(limit / 4, 1024 * 1024) + descriptionBytes
        return min(limit / 2, fixed + UInt64(bag.files.count) * 600)
    }

    /// Writes a payload file into the part.
    func addPayload(
        _ path: String, mediaType: String, _ body: (_ write: @escaping (RawSpan) throws -> Void) async throws -> Void
    ) async throws -> EntryRecord {
        let record = try await bag.addPayload(path, mediaType: mediaType, body)
        if let limit = target.partSize, bag.writtenBytes > limit, exceededBy == nil { exceededBy = path }
        return record
    }

    // MARK: ending parts

    /// What the part being written says of its place; nil for the only one.
    func place(isLast: Bool) -> ManifestPart? {
        guard let limit = target.partSize, !isLast || !finished.isEmpty else { return nil }
        return ManifestPart(
            number: number, isLast: isLast, sizeLimit: limit, exceededBy: exceededBy,
            predecessors: finished.map { .init(name: $0.root, manifestSha256: $0.manifestSHA256) },
            index: isLast ? index() : nil)
    }

    private func index() -> [PartContents] {
        let before = finished.enumerated().map {
            PartContents(number: $0 + 1, name: $1.root, files: $1.manifest.files)
        }
        return before + [PartContents(number: number, name: root, files: bag.files)]
    }

    /// All files written so far, in whatever part.
    var allFiles: [Manifest.File] { finished.flatMap(\.manifest.files) + bag.files }

    /// Files that aren't whole, in whatever part.
    var allMissing: [Manifest.MissingFile] { finished.flatMap(\.manifest.missing) + manifest.missing }

    /// Ends the part being written.
    func finish(organization: String, sign: ([UInt8]) throws -> [UInt8]) throws {
        let digest = try bag.finish(manifest, organization: organization, sign: sign)
        manifest.files = bag.files
        finished.append(
            FinishedPart(
                output: output, path: target.path(part: number == 1 ? nil : number), root: root,
                bytes: bag.writtenBytes, manifest: manifest, manifestSHA256: digest))
    }

    /// Begins the next part.
    func begin() throws {
        if finished.count == 1 { try nameFirst() }
        output = try target.output(part: number)
        bag = BagWriter(to: output, root: root, at: moment)
        manifest = template
        exceededBy = nil
    }

    /// Gives the first part the name of a first of several: a copy, since sealed bytes are bound to theirs.
    private func nameFirst() throws {
        let first = finished[0]
        guard let reopen = first.output.reopen else { preconditionFailure("only files are cut") }
        let named = try target.output(part: 1)
        try named.copy(try reopen())
        try named.finish()
        first.output.abandon()
        finished[0] = FinishedPart(
            output: named, path: target.path(part: 1), root: first.root, bytes: first.bytes, manifest: first.manifest,
            manifestSHA256: first.manifestSHA256)
    }

    // MARK: showing or removing all

    /// Gives every part its name, the last one last, so that what a crash leaves is known by the want of it.
    func publish() throws {
        for (index, part) in finished.enumerated() {
            do { try part.output.publish() } catch {
                for shown in finished[..<index].reversed() { shown.output.withdraw() }
                throw error
            }
        }
    }

    /// Removes everything that has no name yet.
    func abandon() {
        for part in finished { part.output.abandon() }
        output.abandon()
    }
}
