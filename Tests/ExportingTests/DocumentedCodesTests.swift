import ArchiveFormat
import AuditLedger
import DataMap
import Exporting
import Foundation
import ObjectStore
import PostgresAccess
import PostgresTestKit
import PrivatePostgres
import RowEncoding
import Testing

/// docs/errors.md and the code name the same codes.
@Suite struct DocumentedCodesTests {
    private static let codes: [String] =
        ExportError.Code.allCases.map(\.rawValue) + PostgresError.Code.allCases.map(\.rawValue)
        + ArchiveError.Code.allCases.map(\.rawValue) + DataMapError.Code.allCases.map(\.rawValue)
        + MapFinding.Code.allCases.map(\.rawValue) + KeyRingError.Code.allCases.map(\.rawValue)
        + RowError.allCases.map(\.rawValue) + ObjectStoreError.allCases.map(\.rawValue)
        + PrivateClusterError.Code.allCases.map(\.rawValue)

    @Test(arguments: codes) func isDocumented(code: String) throws {
        let text = try String(contentsOfFile: "\(Checkout.path)/docs/errors.md", encoding: .utf8)
        #expect(text.contains("`\(code)`"))
    }

    /// The schema for editors and the reader agree on the workspace's own map.
    @Test func theMapSchemaTakesTheWorkspaceAndRefusesNonsense() async throws {
        let script = """
            import json, sys, yaml, jsonschema
            schema = json.load(open(sys.argv[1])); map = yaml.safe_load(open(sys.argv[2]))
            judge = jsonschema.Draft202012Validator(schema)
            assert not list(judge.iter_errors(map)), next(judge.iter_errors(map))
            map["collections"]["tasks"]["colour"] = "red"
            assert list(judge.iter_errors(map))
            """
        let outcome = try await Program.run(
            Checkout.python,
            [
                "-c", script, "\(Checkout.path)/schemas/data-map.schema.json",
                "\(Checkout.path)/schemas/workspace.map.yaml",
            ])
        #expect(outcome.status == 0, "\(outcome.errors)")
    }
}
