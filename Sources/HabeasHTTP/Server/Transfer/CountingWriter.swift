internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import NIOCore
internal import Synchronization

/// How many bytes of a body were handed to the connection.
final class SentBytes: Sendable {
    private let total = Atomic(0)

    var count: Int { total.load(ordering: .relaxed) }

    func add(_ bytes: Int) { total.add(bytes, ordering: .relaxed) }
}

/// Counts what passes to another writer.
struct CountingWriter: ResponseBodyWriter {
    private var base: any ResponseBodyWriter
    private let sent: SentBytes

    init(_ base: any ResponseBodyWriter, sent: SentBytes) {
        self.base = base
        self.sent = sent
    }

    @concurrent mutating func write(_ buffer: ByteBuffer) async throws {
        try await base.write(buffer)
        sent.add(buffer.readableBytes)
    }

    @concurrent consuming func finish(_ trailingHeaders: HTTPFields?) async throws {
        try await base.finish(trailingHeaders)
    }
}
