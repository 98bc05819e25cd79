import DataMap
import Testing

/// What is proposed for tables nobody has described.
@Suite struct MapProposalTests {
    // MARK: people

    @Test(arguments: ["users", "auth_user", "pretixbase_user", "Customers", "people", "patients", "tbl_user", "kunden"])
    func findsTablesOfPeopleByName(name: String) throws {
        let sketch = try Sketch([
            table("app.\(name)", "id int8! pk", "email text"),
            table("app.orders", "id int8! pk", "who int8! > app.\(name)(id)"), table("app.products", "id int8! pk"),
        ])
        #expect(sketch.map.subjects.map(\.table.name.text) == [name])
        #expect(!sketch.marks("subjects.\(sketch.map.subjects[0].name).table").isEmpty)
    }

    @Test func findsTablesOfPeopleByWhatTheyHold() throws {
        let sketch = try Sketch([
            table("app.logins", "id int8! pk", "mail text! unique", "pwd text"),
            table("app.things", "id int8! pk", "login_id int8! > app.logins(id)"),
        ])
        #expect(sketch.map.subjects.map(\.table.name.text) == ["logins"])
        #expect(sketch.field("pwd", of: "logins")?.neverExport != nil)
    }

    @Test func aDetailOfAPersonIsNoKindOfItsOwn() throws {
        let sketch = try Sketch([
            users, table("app.profiles", "user_id int8! pk > app.users(id)", "email text unique"),
            table("app.customers", "id int8! pk", "user_id int8! unique > app.users(id)", "email text"),
        ])
        #expect(sketch.map.subjects.map(\.name) == ["user"])
        #expect(sketch.paths("customers") == ["user_id -> app.users(id)"])
    }

    @Test func anotherSortOfPersonIsAKindOfItsOwn() throws {
        let sketch = try Sketch([
            users, table("app.customers", "id int8! pk", "email text unique", "manager_id int8 > app.users(id)"),
            table(
                "app.orders", "id int8! pk", "customer_id int8! > app.customers(id)", "created_by int8 > app.users(id)"),
        ])
        #expect(sketch.map.subjects.map(\.name) == ["user", "customer"])
        #expect(sketch.map.subjects[1].identifiers.map(\.name) == ["customer_email"])
        #expect(sketch.map.collection("orders")?.paths.map(\.subject) == ["customer"])
        #expect(sketch.paths("orders_mentioning") == ["mention created_by -> app.users(id)"])
        #expect(sketch.map.collection("orders_mentioning")?.paths[0].subject == "user")
    }

    @Test func namedTablesOfPeopleAreNoGuess() throws {
        let sketch = try Sketch([users, table("app.devices", "id int8! pk")], people: [TableName("app.devices")!])
        #expect(sketch.map.subjects.map(\.name) == ["device"])
        #expect(sketch.marks("subjects.device.table").isEmpty)
    }

    @Test func sayWhatIsMissing() throws {
        let none = #expect(throws: DataMapError.self) { try Sketch([]) }
        #expect(none?.code == .noTables)
        let nobody = #expect(throws: DataMapError.self) {
            try Sketch([table("app.products", "id int8! pk", "name text")])
        }
        #expect(nobody?.code == .noSubject && nobody?.hint?.contains("--subject") == true)
        let elsewhere = #expect(throws: DataMapError.self) { try Sketch([users], schemas: [Identifier("nowhere")]) }
        #expect(elsewhere?.code == .noTables && elsewhere?.hint?.contains("app") == true)
        let missing = #expect(throws: DataMapError.self) { try Sketch([users], people: [TableName("app.no")!]) }
        #expect(missing?.code == .noSubject)
        let keyless = #expect(throws: DataMapError.self) {
            try Sketch([table("app.users", "id int8")], people: [TableName("app.users")!])
        }
        #expect(keyless?.description.contains("told apart") == true)
        let outside = #expect(throws: DataMapError.self) {
            try Sketch(
                [users, table("x.t", "id int8! pk")], schemas: [Identifier("x")], people: [TableName("app.users")!])
        }
        #expect(outside?.hint?.contains("--schema app") == true)
    }

    // MARK: ways

    @Test func prefersOwnersToWhoeverTouchedTheRow() throws {
        let sketch = try Sketch([
            users,
            table(
                "app.notes", "id int8! pk", "user_id int8! > app.users(id)", "updated_by int8 > app.users(id)",
                "approved_by int8! > app.users(id)"),
            table("app.pages", "id int8! pk", "created_by int8! > app.users(id)"),
            table("app.tickets", "id int8! pk", "assignee_id int8 > app.users(id)", "title text"),
        ])
        #expect(sketch.paths("notes") == ["user_id -> app.users(id)"])
        #expect(sketch.marks("collections.notes.paths").isEmpty)
        let mentioning = try #require(sketch.map.collection("notes_mentioning"))
        #expect(mentioning.paths.allSatisfy { $0.ownership == .mention })
        #expect(
            mentioning.paths.map(\.hops).joined().map(\.from).joined().map(\.text) == ["updated_by", "approved_by"])
        #expect(sketch.text.contains("fields: [id, updated_by]"))
        #expect(sketch.paths("pages") == ["created_by -> app.users(id)"])
        #expect(!sketch.marks("collections.pages.paths").isEmpty)
        #expect(sketch.paths("tickets_mentioning") == ["mention assignee_id -> app.users(id)"])
        #expect(sketch.map.collection("tickets") == nil)
    }

    @Test func whatStandsForAPersonIsReadAsThePerson() throws {
        let sketch = try Sketch([
            users, table("app.profiles", "id int8! pk > app.users(id)", "bio text"),
            table(
                "app.todos", "id int8! pk", "created_by int8! > app.profiles(id)", "assigned_to int8 > app.profiles(id)"
            ),
            table(
                "app.letters", "id int8! pk", "sender_id int8! > app.profiles(id)",
                "recipient_id int8! > app.profiles(id)"),
        ])
        #expect(sketch.paths("todos") == ["created_by -> app.profiles(id), id -> app.users(id)"])
        #expect(sketch.paths("todos_mentioning") == ["mention assigned_to -> app.profiles(id), id -> app.users(id)"])
        #expect(
            sketch.paths("letters") == [
                "sender_id -> app.profiles(id), id -> app.users(id)",
                "recipient_id -> app.profiles(id), id -> app.users(id)",
            ])
    }

    @Test func marksReferencesThatMayBeNull() throws {
        let sketch = try Sketch([users, table("app.orders", "id int8! pk", "user_id int8 > app.users(id)")])
        #expect(sketch.marks("collections.orders.paths") == ["guess: “user_id” may be null"])
    }

    @Test func followsTheShortestChainThatIsNeverNull() throws {
        let sketch = try Sketch([
            users, table("app.orders", "id int8! pk", "user_id int8! > app.users(id)"),
            table("app.shops", "id int8! pk", "owner_id int8! > app.users(id)"),
            table("app.products", "id int8! pk", "shop_id int8! > app.shops(id)"),
            table(
                "app.order_lines", "order_id int8! > app.orders(id)", "line int4!",
                "product_id int8 > app.products(id)",
                key: ["order_id", "line"]),
            table(
                "app.returns", "id int8! pk", "order_id int8!", "line int4!",
                foreign: ["(order_id, line) -> app.order_lines(order_id, line)"]),
        ])
        #expect(sketch.paths("order_lines") == ["order_id -> app.orders(id), user_id -> app.users(id)"])
        #expect(
            sketch.paths("returns") == [
                "(order_id, line) -> app.order_lines(order_id, line), order_id -> app.orders(id), user_id -> app.users(id)"
            ])
    }

    @Test func composesKeysOfSeveralColumns() throws {
        let sketch = try Sketch([
            table("app.users", "tenant int4!", "id int4!", "email text! unique", key: ["tenant", "id"]),
            table(
                "app.orders", "id int4! pk", "tenant int4!", "user_id int4!",
                foreign: ["(tenant, user_id) -> app.users(tenant, id)"]),
            table("app.visits", "tenant int4", "user_id int4", "at timestamptz"),
        ])
        #expect(sketch.map.subjects[0].key.map(\.text) == ["tenant", "id"])
        #expect(sketch.paths("orders") == ["(tenant, user_id) -> app.users(tenant, id)"])
        #expect(sketch.paths("visits") == ["(tenant, user_id) -> app.users(tenant, id) unenforced"])
    }

    @Test func neitherCyclesNorSelfReferencesLoop() throws {
        let sketch = try Sketch([
            table(
                "app.users", "id int8! pk", "email text unique", "avatar int8 > app.files(id)",
                "boss_id int8 > app.users(id)"),
            table("app.files", "id int8! pk", "user_id int8! > app.users(id)", "next int8 > app.files(id)"),
            table("app.a", "id int8! pk", "b int8! > app.b(id)", "user_id int8 > app.users(id)"),
            table("app.b", "id int8! pk", "a int8! > app.a(id)", "c int8 > app.c(id)"),
            table("app.c", "id int8! pk", "b int8! > app.b(id)"),
        ])
        #expect(sketch.paths("files") == ["user_id -> app.users(id)"])
        #expect(sketch.paths("b") == ["a -> app.a(id), user_id -> app.users(id)"])
        #expect(sketch.paths("c").first?.hasPrefix("b -> app.b(id)") == true)
        #expect(sketch.paths("users_mentioning") == ["mention boss_id -> app.users(id)"])
    }

    @Test func leavesPartitionsToTheirParents() throws {
        let sketch = try Sketch([
            users, table("app.events", "user_id int8! > app.users(id)", "at timestamptz!"),
            table("app.events_1", "user_id int8! > app.users(id)", "at timestamptz!", isPartition: true),
        ])
        #expect(sketch.map.collections.map(\.name) == ["users", "events"])
    }

    @Test func sharesRowsThatPeoplesRowsReferTo() throws {
        let sketch = try Sketch([
            table(
                "app.users", "id int8! pk", "email text unique", "address_id int8 > app.addresses(id)",
                "country text > app.countries(code)"),
            table("app.orders", "id int8! pk", "user_id int8! > app.users(id)", "ship_to int8 > app.addresses(id)"),
            table("app.addresses", "id int8! pk", "street text", "city text"),
            table("app.countries", "code text! pk", "name text", "phone_code text"),
        ])
        #expect(
            sketch.paths("addresses") == [
                "shared id -> app.users(address_id)", "shared id -> app.orders(ship_to), user_id -> app.users(id)",
            ])
        #expect(!sketch.marks("collections.addresses.paths").isEmpty)
        #expect(sketch.map.notIncluded.map(\.table.name.text) == ["countries"])
    }

    @Test func climbsTreesWhoseTopAloneNamesThePerson() throws {
        let sketch = try Sketch([
            users,
            table("app.folders", "id int8! pk", "parent_id int8 > app.folders(id)", "owner_id int8 > app.users(id)"),
            table("app.comments", "id int8! pk", "parent_id int8 > app.comments(id)", "user_id int8 > app.users(id)"),
        ])
        #expect(sketch.paths("folders") == ["parent_id -> app.folders(id) repeated, owner_id -> app.users(id)"])
        #expect(sketch.paths("comments") == ["user_id -> app.users(id)"])
    }

    @Test func believesNamesWhereNoKeyStands() throws {
        let sketch = try Sketch([
            table("app.users", "id uuid! pk", "email text! unique", "username text! unique"),
            table("app.old_orders", "id int8! pk", "user_id text"),
            table("app.items", "id int8! pk", "old_order_id int4"),
            table("app.subscriptions", "email text", "topic text"), table("app.posts", "owner text", "body text"),
            table("app.files", "owner_type text", "owner_id int8", "name text"),
        ])
        #expect(sketch.paths("old_orders") == ["user_id -> app.users(id) as text unenforced"])
        #expect(
            sketch.paths("items") == [
                "old_order_id -> app.old_orders(id) unenforced, user_id -> app.users(id) as text unenforced"
            ])
        #expect(sketch.paths("subscriptions") == ["email -> app.users(email) unenforced"])
        #expect(sketch.paths("posts") == ["owner -> app.users(username) unenforced"])
        for name in ["old_orders", "items", "subscriptions", "posts"] {
            #expect(!sketch.marks("collections.\(name).paths").isEmpty)
        }
        #expect(sketch.proposal.undecidedTables.map(\.table.name.text) == ["files"])
    }

    // MARK: what is left

    @Test func leavesOutWhatIsTheProductsOwnAndAsksAboutTheRest() throws {
        let sketch = try Sketch([
            users, table("app.alembic_version", "version_num text!"), table("app.plans", "id int4! pk", "name text"),
            table("app.django_content_type", "id int4! pk", "model text"),
            table("app.waiting_list", "id int4! pk", "phone text", "first_name text"),
            table("app.measurements", "id int8! pk", "value float8", rows: 2_500_000),
            table("app.readings", "id int8! pk", "wait_id int4 > app.waiting_list(id)"),
        ])
        #expect(
            Set(sketch.map.notIncluded.map(\.table.name.text)) == ["alembic_version", "plans", "django_content_type"])
        #expect(
            sketch.proposal.undecidedTables.map(\.table.name.text) == ["measurements", "readings", "waiting_list"])
        #expect(sketch.text.contains("# decide: app.waiting_list: no way to a person was found (“phone” sounds like"))
        #expect(sketch.text.contains("about 2,500,000 rows"))
        for (index, _) in sketch.map.notIncluded.enumerated() {
            #expect(!sketch.marks("not_included[\(index)]").isEmpty)
        }
    }

    // MARK: row security

    @Test(arguments: [
        ("(id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::bigint)", "{ setting: app.user_id }"),
        ("(( SELECT auth.uid() AS uid) = id)", "{ setting: request.jwt.claims, claim: sub }"),
        (
            "(id = (((current_setting('request.jwt.claims'::text, true))::json ->> 'sub'::text))::bigint)",
            "{ setting: request.jwt.claims, claim: sub }"
        ),
        ("(email = current_setting('app.mail'::text))", "{ setting: app.mail, from: email }"),
        ("((id = app.me()) OR is_public)", "none"),
    ])
    func readsPoliciesForTheSetting(expression: String, value: String) throws {
        let sketch = try Sketch([
            table("app.users", "id int8! pk", "email text! unique", policies: [expression]),
            table("app.t", "user_id int8! > app.users(id)", policies: ["true"]),
        ])
        let open = value == "none" ? value : value.replacing(" }", with: ", shows: more }")
        #expect(sketch.text.contains("    row_security: \(open)  # "))
        #expect(sketch.map.rowSecurity == .required)
    }

    @Test func readsFunctionsThatPoliciesCall() throws {
        let policy = CataloguePolicy(
            name: "own", isPermissive: true, expression: "(id = app.me())",
            functions: ["me": "CREATE FUNCTION app.me() … RETURN (current_setting('app.person'::text, true))::bigint"])
        let own = CatalogueTable(
            name: TableName("app.users")!, hasRowSecurity: true, columns: users.columns, primaryKey: users.primaryKey,
            uniqueKeys: users.uniqueKeys, policies: [policy])
        let sketch = try Sketch([own])
        #expect(sketch.map.subjects[0].scope == .setting("app.person"))
        #expect(sketch.map.rowSecurity == .optional)
    }

    // MARK: fields and the rest

    @Test func proposesARuleForEachColumn() throws {
        let sketch = try Sketch([
            users,
            table(
                "app.guests", "id int8! pk", "user_id int8! > app.users(id)", "name text", "email text", "ip inet",
                "created_at timestamptz", "deleted_at timestamptz", "visit_count int4", "birthday date",
                "reset_token text",
                "token_count int4", "storage_key text", "iban text"),
        ])
        #expect(sketch.field("user_id", of: "guests")?.category == "reference")
        #expect(sketch.field("name", of: "guests")?.isThirdParty == true)
        #expect(sketch.field("email", of: "guests")?.category == "contact data")
        #expect(sketch.field("ip", of: "guests")?.category == "online identifiers")
        #expect(sketch.field("visit_count", of: "guests")?.origin == .observed)
        #expect(sketch.field("birthday", of: "guests")?.category == "personal details")
        #expect(sketch.field("reset_token", of: "guests")?.neverExport == "a secret")
        #expect(sketch.field("token_count", of: "guests")?.neverExport == nil)
        #expect(sketch.field("iban", of: "guests")?.category == "financial data")
        #expect(sketch.map.collection("guests")?.softDelete?.text == "deleted_at")
        #expect(sketch.map.collection("guests")?.order.map(\.text) == ["created_at"])
        #expect(sketch.marks("collections.guests.fields.reset_token") == ["guess: its name"])
        #expect(sketch.text.contains("# decide: does storage_key point to files?"))
    }

    @Test(arguments: [
        ("password", "text", true), ("userPassword", "varchar", true), ("otp", "int4", true), ("salt", "bytea", true),
        ("api_key", "text", true), ("backup_codes", "_text", true), ("session_data", "text", true),
        ("token", "uuid", true),
        ("csrfToken", "text", true), ("nonce", "text", true), ("password_changed_at", "timestamptz", false),
        ("token_count", "int4", false), ("has_password", "bool", false), ("passenger", "text", false),
        ("token_type", "text", false), ("public_key", "text", false), ("secretary", "text", false),
        ("uid", "uuid", false),
    ])
    func tellsSecretsByNameAndType(name: String, type: String, isSecret: Bool) throws {
        let sketch = try Sketch([table("app.users", "id int8! pk", "email text unique", "\(name) \(type)")])
        #expect((sketch.field(name, of: "users")?.neverExport != nil) == isSecret)
    }

    @Test func everyValueOfAnOddDatabaseSurvives() throws {
        let odd = CatalogueTable(
            name: TableName(schema: Identifier("Über. #1"), name: Identifier("no: \"way\"")),
            columns: [
                "no", "a: b", "# c", "it's", "say \"x\"", "Name", "name", "größe", "l\u{7}\n", "{d}", "- e", "1e3",
            ].map {
                CatalogueColumn(name: Identifier($0), sqlType: "int8", baseType: "int8", isNotNull: true)
            }, primaryKey: [Identifier("no")], uniqueKeys: [[Identifier("no")]],
            foreignKeys: [
                CatalogueForeignKey(
                    name: "f", from: [Identifier("a: b")], to: TableName("app.users")!, key: [Identifier("id")])
            ], comment: "first\nsecond # guess: not one \"q\u{1}")
        let sketch = try Sketch([users, odd])
        let collection = try #require(sketch.map.collections.last)
        #expect(collection.table == odd.name)
        #expect(collection.fields.map(\.column) == odd.columns.map(\.name))
        #expect(collection.paths[0].hops[0].from == [Identifier("a: b")])
        #expect(Set(collection.fields.map { $0.name.lowercased() }).count == odd.columns.count)
        #expect(!MapMarks.marks(in: sketch.text).contains { $0.note.text.contains("not one") })
    }

    @Test func theSameCatalogueGivesTheSameText() throws {
        let tables = (0..<40).map { table("app.t\($0)", "id int8! pk", "user_id int8! > app.users(id)") } + [users]
        #expect(try Sketch(tables).text == Sketch(tables.reversed()).text)
    }

    @Test func namesOfCollectionsAreTheirOwn() throws {
        let sketch = try Sketch([
            users, table("app.Orders", "user_id int8! > app.users(id)"),
            table("app.orders", "user_id int8! > app.users(id)"),
            table("b.orders", "user_id int8! > app.users(id)"),
            table("app.\(String(repeating: "x", count: 63))", "user_id int8! > app.users(id)"),
        ])
        #expect(Set(sketch.map.collections.map(\.name)).count == 5)
        #expect(sketch.map.collections.map(\.name).contains("b_orders"))
    }

    @Test func tellsColleaguesRowsAndComments() throws {
        let sketch = try Sketch([
            table("app.users", "id int8! pk", "email text", rows: 12_000, comment: "One row each.\nReally.")
        ])
        #expect(sketch.text.contains("  # about 12,000 rows; “One row each. Really.”\n  users:\n"))
        #expect(sketch.map.collections[0].title == "Users")
        #expect(sketch.text.hasPrefix("# A first data map"))
        #expect(sketch.map.service == "shop-db")
    }
}
