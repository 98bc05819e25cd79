import MailTransport
import Testing

/// Which texts are addresses.
@Suite struct MailAddressTests {
    @Test(arguments: [
        "ada@example.org", "a.b+tag@mail.example.org", "o'neil@example.co.uk", "root@localhost",
        "x@xn--mller-kva.example",
    ])
    func takesPlainAddresses(text: String) throws {
        #expect(try MailAddress(text).text == text)
    }

    @Test(arguments: [
        "", "ada", "@example.org", "ada@", "ada@@example.org", "ada@example.org,eve@example.org", "ada@example.org ",
        " ada@example.org", "Ada <ada@example.org>", "\"a b\"@example.org", "ada@[127.0.0.1]", "ada@127.0.0.1",
        "ada@example.org\r\nRCPT TO:<eve@example.org>", "ada@example.org\n", "ada\u{0}@example.org", "ada@exa_mple.org",
        "ada@-example.org", "ada@example..org", ".ada@example.org", "ada.@example.org", "a..b@example.org",
        "ädä@example.org", "ada@example.org>", "ada(comment)@example.org", "ada@exam\u{200B}ple.o\u{FF0F}rg",
        String(repeating: "a", count: 65) + "@example.org", "ada@" + String(repeating: "a", count: 64) + ".org",
    ])
    func refusesWhatIsNotOneAddress(text: String) {
        let error = #expect(throws: MailError.self) { try MailAddress(text) }
        #expect(error?.code == .badAddress)
        #expect(error?.description == "this is not an address that mail can be sent to")
    }

    @Test(
        arguments: zip(
            ["ada@müller.example", "ada@MÜLLER.example", "ada@日本.jp"],
            [
                "ada@xn--mller-kva.example", "ada@xn--mller-kva.example", "ada@xn--wgv71a.jp",
            ]))
    func writesInternationalDomainsInASCII(text: String, ascii: String) throws {
        #expect(try MailAddress(text).text == ascii)
    }

    @Test func printsNoAddress() throws {
        let address = try MailAddress("ada@example.org")
        var dumped = ""
        dump(address, to: &dumped)

        #expect("\(address) \(String(reflecting: address)) \(dumped)".contains("ada") == false)
    }
}
