internal import AuditLedger
internal import Crypto
internal import ObjectStore
internal import RequestLedger
internal import RightsCore

/// One part of an archive, opened for a download session: what HTTP says of it, and its bytes.
package struct Transfer: Sendable {
    /// 1 is the first.
    package var part: Int { archive.part }
    /// What a browser saves it as.
    package var fileName: String { archive.fileName }
    /// Its size.
    package var bytes: UInt64 { archive.bytes }
    /// What it is.
    package let mediaType = "application/zip"
    /// A strong validator with its quotes (RFC 9110 §8.8.3): another sealing of the same object has another.
    package let entityTag: String

    private let engine: Engine
    private let archive: ArchiveRecord
    private let session: DownloadSessionRecord
    private let reader: PartReader

    /// Bytes that are handed on at once.
    private static let piece = 256 * 1024
    /// Most bytes between two looks at whether the transfer may go on.
    private static let checkedBytes: UInt64 = 8 << 20
    /// Most time between them.
    private static let checkedTime = Duration.seconds(1)
    /// How often the receipt is brought up to date meanwhile.
    private static let notedTime = Duration.seconds(4)

    init(
        _ engine: Engine, _ archive: ArchiveRecord, session: DownloadSessionRecord, header: [UInt8],
        reader: PartReader
    ) {
        self.engine = engine
        self.archive = archive
        self.session = session
        self.reader = reader
        let digest = Hash256(SHA256.hash(data: Array(archive.object.utf8) + [0] + header))
        entityTag = "\"\(digest?.hex.prefix(32) ?? "")\""
    }

    /// Sends a range, piece by piece. A piece counts as gone out when `write` has returned.
    ///
    /// It ends early when the link is revoked or over, the request withdrawn or the archive destroyed: at the latest
    /// after 8 MiB, or with the next piece after a second. Whatever went out stands in the receipt, also when this
    /// throws.
    ///
    /// - Parameter range: bytes of the part, within ``bytes``.
    /// - Throws: `EngineError` when it may not go on or the archive is damaged, and what `write` throws.
    package func send(_ range: Range<UInt64>, to write: ([UInt8]) async throws -> Void) async throws {
        precondition(range.upperBound <= bytes, "the range must lie within the part")
        guard !range.isEmpty else { return }
        try await check()
        try await engine.control.transaction {
            try await $0.beginTransfer(of: archive, session: session.id, now: engine.now())
        }
        var progress = Progress(at: range.lowerBound, now: engine.now())
        do { try await send(range, &progress, to: write) } catch {
            try await noteLast(progress.unnoted)
            throw error
        }
        try await noteLast(progress.unnoted)
    }

    /// How far a transfer is.
    private struct Progress {
        var sent: UInt64
        var noted: UInt64
        var notedAt: Instant
        var checked: UInt64
        var checkedAt: Instant

        init(at start: UInt64, now: Instant) {
            (sent, noted, checked) = (start, start, start)
            (notedAt, checkedAt) = (now, now)
        }

        var unnoted: Range<UInt64> { noted..<sent }
    }

    private func send(
        _ range: Range<UInt64>, _ progress: inout Progress, to write: ([UInt8]) async throws -> Void
    ) async throws {
        var piece = try await read(from: range.lowerBound, within: range)
        while !piece.isEmpty {
            // The next piece is unsealed while this one goes out.
            let following = progress.sent + UInt64(piece.count)
            async let next = read(from: following, within: range)
            try await write(piece)
            progress.sent = following
            if following < range.upperBound { try await watch(&progress) }
            piece = try await next
        }
    }

    private func read(from position: UInt64, within range: Range<UInt64>) async throws -> [UInt8] {
        let count = Int(min(UInt64(Self.piece), range.upperBound - position))
        do {
            let piece = try await reader.bytes(at: position, atMost: count)
            guard piece.count == count else { throw ShortPart() }
            return piece
        } catch {
            throw try await engine.damage(of: archive, error) ?? error
        }
    }

    private func watch(_ progress: inout Progress) async throws {
        let now = engine.now()
        if progress.sent - progress.checked >= Self.checkedBytes
            || Self.isOver(Self.checkedTime, since: progress.checkedAt, now)
        {
            try await check()
            (progress.checked, progress.checkedAt) = (progress.sent, now)
        }
        if Self.isOver(Self.notedTime, since: progress.notedAt, now) {
            try await note(progress.unnoted)
            (progress.noted, progress.notedAt) = (progress.sent, now)
        }
    }

    /// A clock that was set back counts as time that passed.
    private static func isOver(_ duration: Duration, since: Instant, _ now: Instant) -> Bool {
        now >= since + duration || now < since
    }

    private func check() async throws {
        let mayGoOn = try await engine.control.connection {
            try await $0.maySend(archive, link: session.link, session: session.id, now: engine.now())
        }
        guard mayGoOn else {
            throw EngineError(
                .linkGone, "the download was ended: its link was revoked or its time is up",
                hint: "open the link's page again; it says what can be done")
        }
    }

    /// A client that vanishes cancels the task that serves it; what went out before is noted all the same.
    private func noteLast(_ range: Range<UInt64>) async throws {
        try await Task { try await note(range) }.value
    }

    /// Writes into the receipt what went out. The last byte of the last part delivers the request.
    private func note(_ range: Range<UInt64>) async throws {
        guard !range.isEmpty else { return }
        let now = engine.now()
        try await engine.control.transaction { transaction in
            var request = try await engine.locked(archive.request, in: transaction)
            let isComplete = try await transaction.noteTransfer(
                of: archive, session: session.id, from: range.lowerBound, to: range.upperBound, now: now)
            guard isComplete else { return }
            if request.state == .ready, try await transaction.isFetched(request.id) {
                request.deliveredAt = now
                try await engine.move(&request, .deliver, by: .person, in: transaction)
            }
            try await engine.audit(
                .downloadCompleted, by: .person, request,
                [
                    "session": .id(session.id.text), "part": .number(archive.part), "method": .code(session.method),
                ], in: transaction)
        }
    }
}

/// A part is shorter than the control database says.
struct ShortPart: Error {}
