import DataMap
import Testing

/// Which of several references makes a row somebody's.
@Suite struct MapProposalChoiceTests {
    // MARK: doubt

    @Test func doubtsAWayBesideWhichSomebodyElseIsNamed() throws {
        let sketch = try Sketch([
            users, table("app.items", "id int8! pk", "user_id int8! > app.users(id)"),
            table("app.reviews", "id int8! pk", "item_id int8! > app.items(id)", "reviewer_email text!"),
            table("app.stars", "id int8! pk", "review_id int8! > app.reviews(id)"),
            table("app.tasks", "id int8! pk", "users_id int8! > app.users(id)", "email text"),
            table("app.notes", "id int8! pk", "item_id int8! > app.items(id)", "other_user_id int8"),
        ])
        #expect(sketch.marks("collections.items.paths").isEmpty)
        #expect(
            sketch.marks("collections.reviews.paths") == ["guess: “reviews.reviewer_email” may name somebody else"])
        #expect(sketch.marks("collections.stars.paths") == ["guess: “reviews.reviewer_email” may name somebody else"])
        #expect(sketch.marks("collections.tasks.paths") == ["guess: “tasks.email” may name somebody else"])
        #expect(sketch.marks("collections.tasks.fields.users_id").count == 1)
        #expect(sketch.marks("collections.notes.paths") == ["guess: “notes.other_user_id” may name somebody else"])
    }

    @Test func doubtsWhatLiesInAPlace() throws {
        let sketch = try Sketch([
            users, table("app.rooms", "id int8! pk", "owner_id int8! > app.users(id)"),
            table("app.blockings", "id int8! pk", "created_by int8! > app.users(id)"),
            table("app.closures", "id int8! pk", "room_id int8! > app.rooms(id)"),
            table(
                "app.blocked_rooms", "id int8! pk", "room_id int8! > app.rooms(id)",
                "blocking_id int8! > app.blockings(id)"),
        ])
        #expect(sketch.marks("collections.rooms.paths").isEmpty)
        #expect(
            sketch.marks("collections.closures.paths") == ["guess: many people's rows may lie in what “room_id” names"])
        #expect(sketch.paths("blocked_rooms") == ["blocking_id -> app.blockings(id), created_by -> app.users(id)"])
    }

    // MARK: several ways

    @Test func proposesEachWayOfRowsThatHaveOneOfSeveral() throws {
        let sketch = try Sketch([
            users, table("app.orders", "id int8! pk", "user_id int8! > app.users(id)"),
            table("app.carts", "id int8! pk", "cart_id text! unique", "user_id int8! > app.users(id)"),
            table(
                "app.addresses", "id int8! pk", "user_id int8 > app.users(id)", "order_id int8 > app.orders(id)",
                "cart_id text"),
            table("app.address_lines", "id int8! pk", "address_id int8! > app.addresses(id)"),
        ])
        let ways = [
            "user_id -> app.users(id)", "order_id -> app.orders(id), user_id -> app.users(id)",
            "cart_id -> app.carts(cart_id) unenforced, user_id -> app.users(id)",
        ]
        #expect(sketch.paths("addresses") == ways)
        #expect(sketch.paths("address_lines") == ways.map { "address_id -> app.addresses(id), \($0)" })
        #expect(!sketch.marks("collections.addresses.paths").isEmpty)
    }

    @Test func neitherCommentsNorWhoMayDoSomethingHaveOtherWays() throws {
        let sketch = try Sketch([
            users, table("app.files", "id int8! pk", "user_id int8! > app.users(id)"),
            table(
                "app.file_comments", "id int8! pk", "user_id int8 > app.users(id)", "file_id int8! > app.files(id)"),
            table(
                "app.file_permissions", "id int8! pk", "user_id int8 > app.users(id)", "file_id int8! > app.files(id)"),
        ])
        #expect(sketch.paths("file_comments") == ["user_id -> app.users(id)"])
        #expect(sketch.paths("file_permissions") == ["user_id -> app.users(id)"])
    }

    @Test func circlesOfReferencesEnd() throws {
        let sketch = try Sketch([
            users,
            table("app.a", "id int8! pk", "b int8 > app.b(id)", "c int8 > app.c(id)", "user_id int8 > app.users(id)"),
            table("app.b", "id int8! pk", "c int8 > app.c(id)", "a int8 > app.a(id)", "user_id int8 > app.users(id)"),
            table("app.c", "id int8! pk", "a int8 > app.a(id)", "b int8 > app.b(id)"),
            table("app.d", "id int8! pk", "a int8 > app.a(id)", "c int8 > app.c(id)"),
        ])
        #expect(sketch.paths("a") == ["user_id -> app.users(id)"])
        #expect(
            sketch.paths("d") == [
                "a -> app.a(id), user_id -> app.users(id)",
                "c -> app.c(id), a -> app.a(id), user_id -> app.users(id)",
            ])
    }

    @Test func rowsOfTwoKindsOfPeopleHaveBothWays() throws {
        let sketch = try Sketch(
            [
                users, table("app.customers", "id int8! pk", "name text"),
                table("app.tickets", "id int8! pk", "customer_id int8! > app.customers(id)"),
                table(
                    "app.prints", "id int8! pk", "user_id int8! > app.users(id)", "ticket_id int8! > app.tickets(id)"),
            ], people: [TableName("app.users")!, TableName("app.customers")!])
        #expect(
            sketch.paths("prints") == [
                "user_id -> app.users(id)", "ticket_id -> app.tickets(id), customer_id -> app.customers(id)",
            ])
        #expect(sketch.map.collection("prints")?.paths.map(\.subject) == ["user", "customer"])
        #expect(!sketch.marks("collections.prints.paths").isEmpty)
    }

    // MARK: who is nearer

    @Test(arguments: [
        ("submitter_id", "judge_id"), ("requestor_id", "moderator_id"), ("author_id", "editor_id"),
        ("sender_id", "processed_by"), ("created_by", "modified_by"), ("owner_id", "impersonating_id"),
        ("user_id", "other_user_id"), ("user_id", "target_id"), ("created_by", "judge_id"),
    ])
    func whoMadeARowIsNearerThanWhoHandledIt(owner: String, other: String) throws {
        let sketch = try Sketch([
            users,
            table(
                "app.abstracts", "id int8! pk", "\(other) int8! > app.users(id)", "\(owner) int8! > app.users(id)"),
        ])
        #expect(sketch.paths("abstracts") == ["\(owner) -> app.users(id)"])
        #expect(sketch.paths("abstracts_mentioning") == ["mention \(other) -> app.users(id)"])
    }

    @Test func whatHangsOnAnEventIsNotItsCreators() throws {
        let sketch = try Sketch([
            users,
            table("app.events", "id int8! pk", "creator_id int8! > app.users(id)", "title text"),
            table("app.registrations", "id int8! pk", "user_id int8! > app.users(id)"),
            table("app.sessions_of_events", "id int8! pk", "event_id int8! > app.events(id)", "title text"),
            table(
                "app.badges", "id int8! pk", "event_id int8! > app.events(id)",
                "registration_id int8 > app.registrations(id)"),
        ])
        #expect(sketch.paths("events") == ["creator_id -> app.users(id)"])
        #expect(!sketch.marks("collections.events.paths").isEmpty)
        #expect(sketch.paths("badges") == ["registration_id -> app.registrations(id), user_id -> app.users(id)"])
        #expect(sketch.paths("sessions_of_events").isEmpty)
    }

    @Test func whoMadeAThingOwnsItsPartsOnlyWhereNobodyElseDoes() throws {
        let sketch = try Sketch([
            users, table("app.pages", "id int8! pk", "created_by int8! > app.users(id)"),
            table("app.page_blocks", "id int8! pk", "page_id int8! > app.pages(id)"),
        ])
        #expect(sketch.paths("page_blocks") == ["page_id -> app.pages(id), created_by -> app.users(id)"])
        #expect(sketch.marks("collections.page_blocks.paths") == ["guess: “created_by” names who made the row"])
    }

    // MARK: references to people

    @Test func everyForeignKeyToPeopleIsSpokenOf() throws {
        let tables = [
            users,
            table(
                "app.favourites", "user_id int8! > app.users(id)", "target_id int8! > app.users(id)",
                key: ["user_id", "target_id"]),
            table(
                "app.many", "id int8! pk", "a int8 > app.users(id)", "b int8 > app.users(id)", "c int8 > app.users(id)",
                "d int8 > app.users(id)", "e int8 > app.users(id)", "f int8 > app.users(id)", "g int8 > app.users(id)",
                "parent int8 > app.many(id)"),
            table("app.blocked", "id int8! pk", "blocked_user_id int8! > app.users(id)"),
        ]
        let sketch = try Sketch(tables)
        #expect(sketch.paths("favourites") == ["user_id -> app.users(id)"])
        #expect(sketch.map.collection("favourites_mentioning") == nil)
        #expect(sketch.field("target_id", of: "favourites")?.notAPath != nil)
        #expect(sketch.marks("collections.favourites.fields.target_id").count == 1)
        #expect(sketch.paths("blocked_mentioning") == ["mention blocked_user_id -> app.users(id)"])
        let findings = MapCheck.findings(sketch.map, Catalogue(tables: tables), reader: "reader")
        #expect(findings.filter { $0.code == .unmappedReference } == [])
    }

    @Test func aKeyThatMayBeNullTellsPeopleApart() throws {
        let people = table("app.users", "name text unique", "password_hash text")
        let tables = [
            people, table("app.pushers", "id int8! pk", "user_name text!"),
            table("app.events", "event_id text! unique", "sender text"),
            table("app.aliases", "alias text", "creator text"),
            table("app.texts", "event_id text! unique", "body text"),
            table("app.profiles", "user_id text! unique", "full_user_id text unique"),
            table("app.drafts", "id int8! pk", "user_localpart text!"),
        ]
        let sketch = try Sketch(tables, people: [people.name])
        #expect(sketch.map.subjects[0].key.map(\.text) == ["name"])
        #expect(sketch.marks("subjects.user.key").count == 1)
        #expect(sketch.paths("pushers") == ["user_name -> app.users(name) unenforced"])
        #expect(sketch.paths("events") == ["sender -> app.users(name) unenforced"])
        #expect(sketch.paths("aliases") == ["creator -> app.users(name) unenforced"])
        #expect(
            sketch.paths("texts") == [
                "event_id -> app.events(event_id) unenforced, sender -> app.users(name) unenforced"
            ])
        #expect(sketch.paths("profiles") == ["full_user_id -> app.users(name) unenforced"])
        #expect(
            sketch.paths("drafts") == [
                "user_localpart -> app.profiles(user_id) unenforced, full_user_id -> app.users(name) unenforced"
            ])
        #expect(try Sketch(tables).map.subjects.map(\.table.name.text) == ["users"])
    }

    // MARK: what is nobody's

    @Test func listsAreSharedByNobody() throws {
        let referrers = (1...4).map {
            table("app.orders_\($0)", "id int8! pk", "user_id int8! > app.users(id)", "show_id int8 > app.shows(id)")
        }
        let sketch = try Sketch(
            referrers + [
                users, table("app.shows", "id int8! pk", "comment text", "geo_lat float8"),
                table("app.show_texts", "id int8! pk", "show_id int8! > app.shows(id)"),
                table("app.logs", "user_id int8! > app.users(id)", "device_id int8 > app.machines(id)"),
                table("app.machines", "id int8! pk", "serial text unique", "contact_phone text"),
                table("app.map_areas", "id int8! pk", "top_left_latitude float8", "bottom_right_longitude float8"),
            ])
        #expect(sketch.map.notIncluded.map(\.table.name.text) == ["map_areas", "show_texts", "shows"])
        #expect(sketch.proposal.undecidedTables.map(\.table.name.text) == ["machines"])
    }

    @Test func whatOtherRowsReferToIsNotDeletedWhileTheyStay() throws {
        let tables = [
            users, table("app.shows", "id int8! pk", "made_by int8! > app.users(id)"),
            table("app.show_types", "id int8! pk", "show_id int8 > app.shows(id)"),
            table("app.notes", "id int8! pk", "user_id int8! > app.users(id)"),
            table("app.stays", "id int8! pk", "show_id int8! > app.events(id)"),
            table("app.events", "id int8! pk", "creator_id int8! > app.users(id)"),
        ]
        let sketch = try Sketch(tables)
        #expect(sketch.map.collection("stays") == nil)
        #expect(sketch.map.collection("events")?.erasure == .anonymize)
        #expect(sketch.map.collection("users")?.erasure == .anonymize)
        #expect(sketch.map.collection("notes")?.erasure == .delete)
        #expect(sketch.map.collection("shows")?.erasure == .delete)
        #expect(sketch.marks("collections.events.erasure").first?.contains("app.stays") == true)
        let findings = MapCheck.findings(sketch.map, Catalogue(tables: tables), reader: "reader")
        #expect(findings.filter { $0.code == .blockedErasure } == [])
    }

    // MARK: secrets

    @Test(arguments: [
        ("otp_totp_totpdevice", "key", true), ("oauth_grant", "code", true), ("api_oauthgrant", "code", true),
        ("customerssogrant", "code", true),
        ("checkouts", "cart_id", true), ("checkins", "raw_barcode", true), ("pushers", "pushkey", true),
        ("settings", "key", false), ("vouchers", "code", false), ("checkins", "barcode", false),
    ])
    func tablesTellSecretsThatColumnsDoNot(name: String, column: String, isSecret: Bool) throws {
        let sketch = try Sketch([users, table("app.\(name)", "user_id int8! > app.users(id)", "\(column) text")])
        #expect((sketch.field(column, of: name)?.neverExport != nil) == isSecret)
        #expect(sketch.marks("collections.\(name).fields.\(column)").isEmpty != isSecret || name == "settings")
    }

    @Test func aBackupOfThePersonsOwnMayBeTheirs() throws {
        let sketch = try Sketch([
            users, table("app.e2e_room_keys", "user_id int8! > app.users(id)", "session_data text"),
        ])
        #expect(sketch.marks("collections.e2e_room_keys.fields.session_data").first?.contains("not_secret") == true)
    }
}
