import DataMap
import Foundation
import Testing

@Suite struct MapCheckTests {
    private let map = try! DataMap(
        yaml: """
            habeas_map: 1
            service: shop
            controller: {name: Shop, contact: x@shop.example, complaint_authority: CNIL}
            default_regime: GDPR
            schemas: [shop]
            row_security: required
            subjects:
              user: {table: shop.users, key: id, row_security: {setting: app.id}}
            collections:
              account: {title: A, table: shop.users, category: a, purpose: p, origin: provided, legal_basis: contract,
                        paths: [{hops: []}], fields: {id: a, name: a}, erasure: delete}
              orders: {title: O, table: shop.orders, category: a, purpose: p, origin: provided, legal_basis: contract,
                       paths: ["user_id -> shop.users(id)"], fields: {id: a, user_id: a, api_secret: a}, erasure: delete}
            """)

    private func users(_ columns: [String] = ["id", "name"]) -> CatalogueTable {
        CatalogueTable(
            name: TableName("shop.users")!, hasRowSecurity: true, forcesRowSecurity: true,
            columns: columns.map { CatalogueColumn(name: Identifier($0), sqlType: "text", baseType: "text") },
            primaryKey: [Identifier("id")], uniqueKeys: [[Identifier("id")]], indexes: [[Identifier("id")]],
            policies: [CataloguePolicy(name: "own", isPermissive: true)])
    }

    private func orders(
        hasRowSecurity: Bool = true, forces: Bool = true, policies: [CataloguePolicy]? = nil,
        hasForeignKey: Bool = true, hasIndex: Bool = true
    ) -> CatalogueTable {
        let key = CatalogueForeignKey(
            name: "fk", from: [Identifier("user_id")], to: TableName("shop.users")!, key: [Identifier("id")])
        return CatalogueTable(
            name: TableName("shop.orders")!, hasRowSecurity: hasRowSecurity, forcesRowSecurity: forces,
            columns: ["id", "user_id", "api_secret"].map {
                CatalogueColumn(name: Identifier($0), sqlType: "text", baseType: "text")
            },
            primaryKey: [Identifier("id")], uniqueKeys: [[Identifier("id")]],
            foreignKeys: hasForeignKey ? [key] : [], indexes: hasIndex ? [[Identifier("user_id")]] : [],
            policies: policies ?? [CataloguePolicy(name: "own", isPermissive: true)])
    }

    private func codes(_ tables: [CatalogueTable]) -> Set<MapFinding.Code> {
        Set(MapCheck.findings(map, Catalogue(tables: tables), reader: "habeas_exporter").map(\.code))
    }

    @Test func findsOnlyTheLikelySecretInAFittingDatabase() {
        #expect(codes([users(), orders()]) == [.exportedSecret])
    }

    @Test func findsDrift() {
        let extra = CatalogueTable(name: TableName("shop.notes")!, columns: [])
        #expect(codes([users(), orders(), extra]).contains(.unmappedTable))
        #expect(codes([users(["id", "name", "phone"]), orders()]).contains(.unmappedColumn))
        #expect(codes([users(["id"]), orders()]).contains(.missingColumn))
        #expect(codes([users()]).contains(.missingTable))
    }

    @Test func partitionsAndOtherSchemasNeedNoEntry() {
        let partition = CatalogueTable(name: TableName("shop.part")!, isPartition: true, columns: [])
        let other = CatalogueTable(name: TableName("elsewhere.notes")!, columns: [])
        #expect(codes([users(), orders(), partition, other]) == [.exportedSecret])
    }

    @Test func findsWeakRowSecurity() {
        #expect(codes([users(), orders(hasRowSecurity: false)]).contains(.rowSecurityMissing))
        #expect(codes([users(), orders(forces: false)]).contains(.rowSecurityNotForced))
        #expect(codes([users(), orders(policies: [])]).contains(.noPolicy))
        let restrictive = CataloguePolicy(name: "r", isPermissive: false)
        #expect(codes([users(), orders(policies: [restrictive])]).contains(.noPolicy))
        let foreign = CataloguePolicy(name: "o", isPermissive: true, roles: ["somebody"])
        #expect(codes([users(), orders(policies: [foreign])]).contains(.noPolicy))
    }

    @Test func findsPathsNobodyEnforces() {
        #expect(codes([users(), orders(hasForeignKey: false)]).contains(.unenforcedPath))
        #expect(codes([users(), orders(hasIndex: false)]).contains(.missingIndex))
    }

    @Test func findsReferencesToSharedRowsThatNoPathTakes() throws {
        let shared = try DataMap(
            yaml: """
                habeas_map: 1
                service: shop
                controller: {name: to be decided, contact: x@shop.example, complaint_authority: CNIL}
                default_regime: GDPR
                schemas: [shop]
                row_security: optional
                subjects:
                  user: {table: shop.users, key: id, row_security: none}
                collections:
                  account: {title: A, table: shop.users, category: a, purpose: p, origin: provided, legal_basis: contract,
                            paths: [{hops: []}], fields: {id: a, home: a, ssn: a}, erasure: delete}
                  orders: {title: O, table: shop.orders, category: a, purpose: p, origin: provided, legal_basis: contract,
                           paths: ["user_id -> shop.users(id)"], fields: {id: a, user_id: a, ship_to: a}, erasure: delete}
                  places: {title: P, table: shop.places, category: a, purpose: p, origin: provided, legal_basis: contract,
                           paths: [{ownership: shared, hops: ["id -> shop.users(home)"]}], fields: {id: a}, erasure: delete}
                """)
        func table(_ name: String, _ columns: [String], _ keys: [(String, String)]) -> CatalogueTable {
            CatalogueTable(
                name: TableName("shop.\(name)")!,
                columns: columns.map { CatalogueColumn(name: Identifier($0), sqlType: "text", baseType: "text") },
                primaryKey: [Identifier("id")], uniqueKeys: [[Identifier("id")]],
                foreignKeys: keys.map { from, to in
                    CatalogueForeignKey(
                        name: from, from: [Identifier(from)], to: TableName("shop.\(to)")!, key: [Identifier("id")])
                }, indexes: columns.map { [Identifier($0)] })
        }
        let catalogue = Catalogue(tables: [
            table("users", ["id", "home", "ssn"], [("home", "places")]), table("places", ["id"], []),
            table("orders", ["id", "user_id", "ship_to"], [("user_id", "users"), ("ship_to", "places")]),
        ])
        let findings = MapCheck.findings(shared, catalogue, reader: "habeas_exporter")

        let unshared = findings.filter { $0.code == .unsharedReference }
        #expect(unshared.map(\.object) == ["shop.orders(ship_to)"])
        #expect(findings.contains { $0.code == .undisclosableField && $0.object == "shop.users.ssn" })
        #expect(findings.contains { $0.code == .undecided && $0.object == "controller.name" })
    }

    @Test func everyFindingNamesAMend() {
        let tables = [users(["id"]), orders(hasRowSecurity: false, hasForeignKey: false, hasIndex: false)]
        let findings = MapCheck.findings(map, Catalogue(tables: tables), reader: "habeas_exporter")

        #expect(!findings.isEmpty)
        #expect(findings.allSatisfy { !$0.mend.isEmpty && !$0.object.isEmpty })
    }
}
