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

    /// A killed process leaves a mail half-written, which may hold a code; one that is being written is locked.
    @Test func removesWhatAKilledProcessLeft() async throws {
        try await withFolder { folder in
            let transport = FolderTransport(folder: folder, now: { Self.now })
            for name in [".1@service.example.7.partial", ".2@service.example.7.partial", "3.partial"] {
                try Data("half".utf8).write(to: URL(filePath: "\(folder)/\(name)"))
            }
            let writing = open("\(folder)/.2@service.example.7.partial", O_RDWR)
            #expect(flock(writing, LOCK_EX | LOCK_NB) == 0)

            _ = try await transport.send(SampleMail.make())
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == [
                    ".2@service.example.7.partial", "0199.ready@service.example.eml", "3.partial",
                ])
            close(writing)
            _ = try await transport.send(SampleMail.make())

            #expect(
                try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == [
                    "0199.ready@service.example.eml", "3.partial",
                ])
        }
    }

    @Test(arguments: MailError.Code.allCases) func codesAreDocumented(code: MailError.Code) throws {
        #expect(try Checkout.text("docs/errors.md").contains("`\(code.rawValue)`"))
    }
}
