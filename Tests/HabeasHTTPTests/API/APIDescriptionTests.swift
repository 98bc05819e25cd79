import AuditLedger
import Foundation
import HTTPTypes
import PostgresTestKit
import RequestLedger
import RightsCore
import RightsEngine
import Testing
import Yams

@testable import HabeasHTTP

/// What schemas/openapi.yaml says.
enum APIDescription {
    struct Operation {
        let path: String
        let method: String
        let id: String
        let permission: String?
        let members: [String: Any]
    }

    static func document() throws -> [String: Any] {
        try #require(try Yams.load(yaml: String(decoding: StaffAPI.description, as: UTF8.self)) as? [String: Any])
    }

    static func operations() throws -> [Operation] {
        let paths = try #require(try document()["paths"] as? [String: [String: Any]])
        return paths.flatMap { path, methods in
            methods.compactMap { method, value in
                (value as? [String: Any]).map {
                    Operation(
                        path: path, method: method, id: $0["operationId"] as? String ?? "",
                        permission: $0["x-permission"] as? String, members: $0)
                }
            }
        }
    }

    static func fits(_ template: String, _ path: String) -> Bool {
        let (one, other) = (template.split(separator: "/"), path.split(separator: "/"))
        return one.count == other.count && zip(one, other).allSatisfy { $0.first == "{" || $0 == $1 }
    }
}

/// The description and the service say the same.
@Suite struct APIDescriptionTests {
    @Test func describesEveryRouteAndNoOther() async throws {
        let described = try APIDescription.operations().map { "\($0.method.uppercased()) \($0.path)" }
        try await APIBench.withEngine { _, engine, keys, clock, _ in
            let groups = APIBench.parts(engine, keys, signIn: nil, clock: clock).groups
            // HEAD goes with GET (RFC 9110 §9.3.2).
            let served = groups.flatMap(\.routes).filter { $0.method != .head }
                .map { "\($0.method.rawValue) \($0.template)" }

            #expect(described.sorted() == served.sorted())
        }
    }

    @Test func servesTheDocumentOfTheProject() async throws {
        try await APIBench.with { api in
            let served = try await api.send(.get, "/openapi.yaml", nil)

            #expect(served.text == (try Checkout.text("schemas/openapi.yaml")))
        }
    }

    @Test func everyOperationSaysWhatItNeedsAndGives() throws {
        for operation in try APIDescription.operations() {
            let responses = try #require(operation.members["responses"] as? [String: Any])
            #expect(!operation.id.isEmpty)
            #expect((operation.members["tags"] as? [String])?.count == 1)
            #expect(responses["default"] != nil)
            #expect(responses.keys.contains { $0.hasPrefix("2") })
            guard operation.path.hasPrefix("/v1/") else { continue }
            #expect(responses["401"] != nil && responses["429"] != nil && responses["503"] != nil)
            #expect((responses["403"] != nil) == (operation.permission != nil))
        }
        let ids = try APIDescription.operations().map(\.id)
        #expect(Set(ids).count == ids.count)
    }

    @Test func namesTheSameValuesAsTheCode() throws {
        let components = try #require(try APIDescription.document()["components"] as? [String: Any])
        let schemas = try #require(components["schemas"] as? [String: [String: Any]])
        func values(_ name: String) -> [String] { (schemas[name]?["enum"] as? [String] ?? []).sorted() }

        #expect(values("RequestState") == RequestState.allCases.map(\.rawValue).sorted())
        #expect(values("JobKind") == JobKind.allCases.map(\.rawValue).sorted())
        #expect(values("JobState") == JobRecord.State.allCases.map(\.rawValue).sorted())
        #expect(values("Role") == StaffRole.allCases.map(\.rawValue).sorted())
        #expect(values("Permission") == Permission.allCases.map(\.rawValue).sorted())
        #expect(values("AuditAction") == AuditAction.allCases.map(\.rawValue).sorted())
        #expect(values("HoldState") == HoldState.allCases.map(\.rawValue).sorted())
        #expect(values("HoldBasis") == HoldBasis.allCases.map(\.rawValue).sorted())
        let opening = schemas["OpenRequest"]?["properties"] as? [String: [String: Any]]
        let pattern = try Regex(try #require(opening?["regime"]?["pattern"] as? String))
        #expect(try RegimeID.known.allSatisfy { try pattern.wholeMatch(in: $0) != nil })
    }

    @Test(arguments: EngineError.Code.allCases)
    func codesOfTheEngineAreDocumented(code: EngineError.Code) throws {
        let status = code.status.code

        #expect(try Checkout.text("docs/errors.md").contains("| `\(code.rawValue)` |"))
        #expect((400...599).contains(status))
        #expect(!code.title.isEmpty)
    }

    @Test func permissionsAreDocumented() throws {
        let text = try Checkout.text("docs/staff.md")
        for permission in Permission.allCases {
            let cells = StaffRole.allCases.map { $0.permissions.contains(permission) ? "yes" : "" }
            let row = "| `\(permission.rawValue)` |" + cells.map { $0.isEmpty ? " |" : " \($0) |" }.joined()
            #expect(text.contains(row), "\(row)")
        }
    }
}
