import ArchiveFormat
import Testing

@testable import RightsEngine

/// What failures mean for another attempt.
@Suite struct JobFailureTests {
    /// The exporter's word for a full disk is the queue's: no attempt counts (FAILURES F30).
    @Test func aFullDiskIsWaitedFor() {
        let failure = JobFailure(ArchiveError(.noSpace, "the disk is full"))
        #expect(failure == JobFailure(.noSpace, retry: .whenThereIsSpace))
        #expect(!failure.isLast(attempt: 100, of: 8))
        #expect(JobFailure(ArchiveError(.cannotWrite, "no")).retry == .asUsual)
    }
}
