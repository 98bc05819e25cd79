import HTTPTypes
import Testing

@testable import HabeasHTTP

/// Rules that are pure functions.
@Suite struct RuleTests {
    private static let tag = EntityTag("t1")

    @Test(
        arguments: [
            (nil, nil, ByteRange.whole), ("bytes=0-", nil, .part(0..<100)), ("bytes=10-19", nil, .part(10..<20)),
            ("bytes=99-", nil, .part(99..<100)), ("bytes=90-1000", nil, .part(90..<100)),
            ("bytes=-5", nil, .part(95..<100)), ("bytes=-500", nil, .part(0..<100)), ("bytes=-0", nil, .unsatisfiable),
            ("bytes=100-", nil, .unsatisfiable), ("bytes=99999999999999999999-", nil, .unsatisfiable),
            ("bytes=5-99999999999999999999", nil, .part(5..<100)), ("Bytes=0-0", nil, .part(0..<1)),
            ("bytes=20-10", nil, .whole), ("bytes=0-1,5-6", nil, .whole), ("bytes=a-b", nil, .whole),
            ("bytes=-", nil, .whole), ("bytes=+1-2", nil, .whole), ("lines=1-2", nil, .whole),
            ("bytes 0-1", nil, .whole),
            ("bytes=1-2-3", nil, .whole), ("bytes=0-9", "\"t1\"", .part(0..<10)), ("bytes=0-9", "\"t2\"", .whole),
            ("bytes=0-9", "W/\"t1\"", .whole), ("bytes=0-9", "Sat, 29 Oct 1994 19:43:31 GMT", .whole),
        ] as [(String?, String?, ByteRange)])
    func rangesFollowTheirRFC(range: String?, ifRange: String?, expected: ByteRange) {
        #expect(ByteRange(range: range, ifRange: ifRange, tag: Self.tag, length: 100) == expected)
    }

    @Test func anEmptyContentHasNoRange() {
        #expect(ByteRange(range: "bytes=0-", ifRange: nil, tag: Self.tag, length: 0) == .unsatisfiable)
        #expect(ByteRange(range: "bytes=-1", ifRange: nil, tag: Self.tag, length: 0) == .unsatisfiable)
        #expect(ByteRange(range: nil, ifRange: nil, tag: Self.tag, length: 0) == .whole)
    }

    @Test func contentRangesAreNamed() throws {
        #expect(ByteRange.part(10..<20).contentRange(length: 100) == "bytes 10-19/100")
        #expect(ByteRange.unsatisfiable.contentRange(length: 100) == "bytes */100")
        let problem = #expect(throws: Problem.self) { try ByteRange.unsatisfiable.bytes(length: 7) }
        #expect(problem?.headers[.contentRange] == "bytes */7")
    }

    @Test(arguments: [
        ("*", true), ("\"t1\"", true), ("\"a\", \"t1\"", true), ("W/\"t1\"", false), ("t1", false), ("", false),
    ]) func tagsAreComparedStrongly(list: String, isNamed: Bool) {
        #expect(Self.tag.isNamed(by: list) == isNamed)
    }

    @Test(arguments: [
        ("/", true), ("/p/ask", true), ("/p/ask?next=/a//b%2f", true), ("/p/d/abc_-~.x", true), ("/p/..%2f", false),
        ("/p/../v1", false), ("/p//ask", false), ("//evil.example", false), ("/p/", true), ("/v1/", false),
        ("/p/./x", false),
        ("/p/\u{0}", false), ("/p/a b", false), ("/p/%61sk", false), ("/p\\ask", false), ("http://x/p", false),
        ("*", false),
        ("/p#x", false), ("/ä", false), ("/" + String(repeating: "a", count: 3000), false),
    ]) func onlyPlainPathsAreLookedAt(target: String, isFine: Bool) {
        #expect((RequestPath.fault(in: target) == nil) == isFine)
    }

    @Test(
        arguments: [
            ("192.0.2.1", "192.0.2.1"), ("::1", "0:0:0:0:0:0:0:1"), ("2001:db8::8:1", "2001:db8:0:0:0:0:8:1"),
            ("::ffff:192.0.2.1", "192.0.2.1"), ("[fe80::1%eth0]", "fe80:0:0:0:0:0:0:1"), ("::", "0:0:0:0:0:0:0:0"),
            ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"), ("1:2:3:4:5:6:7.8.9.10", "1:2:3:4:5:6:708:90a"),
            ("192.0.2.256", nil), ("192.0.2", nil), ("1.2.3.4.5", nil), ("", nil), (":", nil), ("1::2::3", nil),
            (":::", nil),
            ("1:2:3:4:5:6:7", nil), ("1:2:3:4:5:6:7:8:9", nil), ("g::1", nil), ("12345::", nil), ("unknown", nil),
            ("+1.2.3.4", nil),
        ] as [(String, String?)])
    func addressesAreParsed(text: String, expected: String?) {
        #expect(IPAddress(text)?.description == expected)
    }

    @Test(arguments: [
        ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false), ("::1", "::1", true),
        ("fd00::/8", "fdff::1", true), ("fd00::/8", "fe00::1", false), ("2001:db8::/65", "2001:db8::1", true),
        ("2001:db8::/65", "2001:db8::8000:0:0:1", false), ("0.0.0.0/0", "9.9.9.9", true), ("0.0.0.0/0", "::2", false),
        ("::/0", "::2", true),
    ]) func rangesContain(range: String, address: String, expected: Bool) throws {
        #expect(try #require(AddressRange(range)).contains(#require(IPAddress(address))) == expected)
    }

    @Test(arguments: ["10.0.0.0/33", "10.0.0.0/", "x/8", "::/129", "1.2.3.4/8/8", "10.0.0.0/-1"])
    func badRangesAreRefused(text: String) { #expect(AddressRange(text) == nil) }

    @Test(arguments: [
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"), ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "6.6.6.6, 198.51.100.1, 10.0.0.2", "198.51.100.1"), ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "nonsense", "10.0.0.1"), ("10.0.0.1", "[2001:db8::1]:443", "2001:db8:0:0:0:0:0:1"),
        ("10.0.0.1", "198.51.100.1:1234", "198.51.100.1"), ("10.0.0.1", "10.0.0.3,10.0.0.2", "10.0.0.3"),
    ]) func onlyOurProxiesAreBelieved(peer: String, forwarded: String, client: String) throws {
        let proxies = TrustedProxies([try #require(AddressRange("10.0.0.0/8"))])
        let address = proxies.client(of: try #require(IPAddress(peer)), headers: [.forwardedFor: forwarded])
        #expect(address.description == client)
    }

    @Test func base64URLIsCanonical() {
        #expect(Base64URL.encode([0xfb, 0xff, 0xfe]) == "-__-")
        #expect(Base64URL.decode("-__-") == [0xfb, 0xff, 0xfe])
        #expect(Base64URL.decode("YQ") == [0x61])
        for text in ["YR", "YQ==", "+__-", "Y", "a b", "ä"] { #expect(Base64URL.decode(text) == nil) }
    }
}
