import Testing

@testable import HabeasHTTP

@Suite struct RateLimiterTests {
    private let limiter = RateLimiter(limits: [.code: RateLimit(burst: 3, every: .seconds(10))], capacity: 100)

    private func take(_ address: String, at seconds: Int) throws -> Duration? {
        limiter.take(.code, client: try #require(IPAddress(address)), at: .seconds(seconds))
    }

    @Test func aBurstPassesAndTokensComeBack() throws {
        for _ in 0..<3 { #expect(try take("192.0.2.1", at: 0) == nil) }
        #expect(try take("192.0.2.1", at: 0) == .seconds(10))
        #expect(try take("192.0.2.1", at: 4) == .seconds(6))
        #expect(try take("192.0.2.1", at: 10) == nil)
        #expect(try take("192.0.2.1", at: 10) == .seconds(10))
        #expect(try take("192.0.2.2", at: 10) == nil)
        #expect(limiter.take(.page, client: try #require(IPAddress("192.0.2.1")), at: .zero) == nil)
    }

    @Test func anIPv6NetworkIsOneClient() throws {
        for host in 1...3 { #expect(try take("2001:db8:1:2::\(host)", at: 0) == nil) }
        #expect(try take("2001:db8:1:2:ffff::9", at: 0) != nil)
        #expect(try take("2001:db8:1:3::1", at: 0) == nil)
    }

    @Test func memoryIsBoundedAndTheOldestIsForgotten() throws {
        for number in 0..<10_000 {
            #expect(try take("10.\(number >> 16).\(number >> 8 & 255).\(number & 255)", at: 0) == nil)
            if number % 50 == 0 { _ = try take("192.0.2.1", at: 0) }
        }
        #expect(limiter.count == 100)
        #expect(try take("192.0.2.1", at: 0) != nil)
    }

    @Test func tenThousandRequestsOfOneClientPassOnlyTheBurst() throws {
        let passed = try (0..<10_000).count { _ in try take("192.0.2.7", at: 0) == nil }
        #expect(passed == 3)
        #expect(limiter.count == 1)
    }
}
