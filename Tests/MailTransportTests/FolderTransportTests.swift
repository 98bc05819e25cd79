import Foundation
import MailTransport
import PostgresTestKit
import RightsCore
import Testing

/// Mails in a folder.
@Suite struct FolderTransportTests {
    private static let now = Instant(microseconds: 42)

    @Test func writesOneFileForTheOwnerAlone() async throws {
        try await withFolder { folder in
            let transport = FolderTransport(folder: "\(folder)/mails", now: { Self.now })

            for subject in ["First", "Again"] {
                let handover = try await transport.send(SampleMail.make(subject: subject))
                #expect(handover == Handover(at: Self.now, replyCode: nil))
            }

            #expect(
                try FileManager.default.contentsOfDirectory(atPath: "\(folder)/mails") == [
                    "0199.ready@service.example.eml"
                ])
            let path = "\(folder)/mails/0199.ready@service.example.eml"
            let bytes = try Data(contentsOf: URL(filePath: path))
            #expect(try Array(bytes) == SampleMail.make(subject: "Again").bytes)
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o600)
        }
    }

    @Test func saysWhenTheFolderCannotBeWritten() async throws {
        try await withFolder { folder in
            try Data().write(to: URL(filePath: "\(folder)/file"))
            let transport = FolderTransport(folder: "\(folder)/file", now: { Self.now })
            let mail = try SampleMail.make()

            let error = await #expect(throws: MailError.self) { try await transport.send(mail) }

            #expect(error?.code == .folderUnusable)
        }
    }

    @Test(arguments: MailError.Code.allCases) func codesAreDocumented(code: MailError.Code) throws {
        #expect(try Checkout.text("docs/errors.md").contains("`\(code.rawValue)`"))
    }
}
