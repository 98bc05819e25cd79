import MailTransport
import PostgresTestKit
import RightsCore
import Testing

/// What can stand in a mail.
@Suite struct MailMessageTests {
    private static let breaks = ["\r\nBcc: eve@example.org", "\nx", "\rx", "\u{0}", "\u{7F}", "\u{85}x", "\u{2028}x"]

    @Test(arguments: breaks) func noSubjectBreaksOut(text: String) {
        #expect(refused { _ = try SampleMail.make(subject: "a\(text)") } == .badMessage)
    }

    @Test(arguments: breaks) func noNameBreaksOut(text: String) {
        #expect(refused { _ = try SampleMail.make(name: "a\(text)") } == .badMessage)
    }

    @Test(arguments: breaks + ["ä", ""]) func noHeaderBreaksOut(text: String) {
        #expect(refused { _ = try MailHeader("X-Habeas", text) } == .badMessage)
        #expect(refused { _ = try MailHeader("X-Habeas\(text): x", "a") } == .badMessage)
    }

    @Test(arguments: ["Subject", "bcc", "To", "Content-Type", "MIME-Version", "Message-ID", "X Y", "X:", ""])
    func noHeaderTwice(name: String) {
        #expect(refused { _ = try MailHeader(name, "a") } == .badMessage)
    }

    @Test(arguments: ["", "a/b", "../a", ".a", "a..b", "a b", "a>b", "a\n", "ä", String(repeating: "a", count: 300)])
    func messageIDsAreSafeNames(unique: String) {
        #expect(refused { _ = try MessageID(unique: unique, domain: "service.example") } == .badMessage)
        #expect(refused { _ = try MessageID(unique: "a", domain: unique) } == .badMessage)
    }

    @Test func refusesBodiesThatCannotBeSent() throws {
        for body in ["", "a\u{0}b", String(repeating: "a", count: 1_000_001)] {
            for (text, html) in [(body, "<p>x"), ("x", body)] {
                #expect(
                    refused {
                        _ = try MailMessage(
                            from: Mailbox(name: "a", address: MailAddress("a@example.org")),
                            to: MailAddress("b@example.org"), subject: "s", text: text, html: html, language: "en",
                            messageID: MessageID(unique: "a", domain: "example.org"), date: SampleMail.date)
                    } == .badMessage)
            }
        }
    }

    /// Python's mail parser reads back what was written, for texts of every awkward kind.
    @Test func headersComeBackFromTheParser() async throws {
        let subjects = [
            "short", "looks =?UTF-8?Q?encoded?=", " blanks around ", String(repeating: "word ", count: 30) + "end",
            "äöüß", String(repeating: "\u{1F469}\u{200D}\u{1F680}", count: 16), "a=b_c?d", "comma, \"quotes\" <x@y>",
            String(repeating: "a", count: 200),
        ]
        // Python's newer parser keeps the blanks between encoded words in names (RFC 2047 §6.2 drops them); its older one
        // doesn't.
        let script = """
            import sys, email, email.policy
            from email.header import decode_header, make_header
            from email.utils import parseaddr
            source = sys.stdin.buffer.read()
            mail = email.message_from_bytes(source, policy=email.policy.default)
            assert not mail["subject"].defects and not mail["from"].defects, (mail["subject"].defects, mail["from"].defects)
            name, address = parseaddr(email.message_from_bytes(source)["from"])
            assert address == "privacy@service.example"
            sys.stdout.write(mail["subject"] + "\\n" + str(make_header(decode_header(name))))
            """
        for subject in subjects {
            let name = String(subject.prefix(6))
            let mail = try SampleMail.make(subject: subject, name: name)
            let source = String(decoding: mail.bytes, as: UTF8.self)
            let outcome = try await Program.run(Checkout.python, ["-X", "utf8", "-c", script], input: source)

            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(outcome.output == "\(subject)\n\(name)")
            #expect(source.split(separator: "\r\n").allSatisfy { $0.utf8.count <= 76 })
            #expect(!source.replacing("\r\n", with: "").contains { $0 == "\r" || $0 == "\n" })
        }
    }

    private func refused(_ make: () throws -> Void) -> MailError.Code? {
        #expect(throws: MailError.self, performing: make)?.code
    }
}
