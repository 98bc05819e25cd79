internal import ArgumentParser
internal import RightsCore

/// Why somebody of the staff acts; every verb that changes something takes it.
struct GroundOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The ticket at the help desk, such as T-1042.", valueName: "id"))
    var ticket: String
    @Option(
        help: ArgumentHelp(
            "Why: a code, or a code and words. The audit chain keeps the code only.", valueName: "code[:words]"))
    var reason: String

    /// Refuses what the service would refuse, before anything is sent.
    func validate() throws {
        guard Ticket(ticket) != nil else {
            throw ValidationError("--ticket is letters, digits and -_.: with a digit among them, at most 40 characters")
        }
        guard Reason(reason) != nil else {
            throw ValidationError("--reason begins with a code of a-z, 0-9 and -, such as person-asked:by phone")
        }
    }

    var body: GroundBody { GroundBody(ticket: ticket, reason: reason) }
}

/// The body of a write that says nothing but why.
struct GroundBody: Encodable, Sendable {
    let ticket: String
    let reason: String
}

/// How the answer is printed.
struct AnswerOptions: ParsableArguments {
    @Flag(help: "Print the service's JSON document.")
    var json = false

    /// Prints the document, or what people read of it.
    func print(_ answer: StaffAnswer, _ words: () throws -> String) throws {
        Terminal.print(json ? answer.json : try words())
    }
}

/// Which page of a list.
struct PageOptions: ParsableArguments {
    @Option(help: ArgumentHelp("How many at most, 1 to 200.", valueName: "number"))
    var limit = 50
    @Option(help: ArgumentHelp("Go on where a page ended.", valueName: "text"))
    var cursor: String?

    func validate() throws {
        guard (1...200).contains(limit) else { throw ValidationError("--limit is a number from 1 to 200") }
    }

    var query: [(name: String, value: String?)] { [("limit", String(limit)), ("cursor", cursor)] }

    /// Prints a page; where it goes on is a line of its own on standard error.
    func print<Item: Decodable>(
        _ answer: StaffAnswer, as type: Item.Type, asJSON: Bool, _ table: ([Item]) -> Table
    ) throws {
        guard !asJSON else { return Terminal.print(answer.json) }
        let page = try answer.read(PageOf<Item>.self)
        if page.items.isEmpty { Terminal.note("nothing there") } else { Terminal.print(table(page.items).text()) }
        if let next = page.nextCursor { Terminal.note("more: the same with --cursor \(next)") }
    }
}

/// Ids as arguments: nothing else gets into a path.
enum IDArgument {
    /// A UUID.
    static func parse(_ text: String, of thing: String) throws -> String {
        guard let id = RequestID(text) else {
            throw CommandFailure(.usage, code: "usage", "\(thing) is named by its id, a UUID")
        }
        return id.text
    }
}

/// A table of one kind of documents.
extension Table {
    init(requests: [RequestDocument]) {
        columns = [
            Column(title: "Request"), Column(title: "State", isState: true), Column(title: "Right"),
            Column(title: "Due"), Column(title: "Received", rank: 1), Column(title: "Ticket", rank: 3),
            Column(title: "Regime", rank: 2),
        ]
        rows = requests.map {
            let due = $0.answeredAt == nil && $0.closedAt == nil ? $0.dueOn ?? "" : ""
            return [$0.id, $0.state, $0.right, due, LocalTime.text($0.receivedAt), $0.ticket ?? "", $0.regime]
        }
    }

    init(jobs: [JobDocument]) {
        columns = [
            Column(title: "Job"), Column(title: "Kind"), Column(title: "State", isState: true),
            Column(title: "Tries", rank: 2, isNumber: true), Column(title: "Made", rank: 1),
            Column(title: "Error", rank: 3),
        ]
        rows = jobs.map {
            [$0.id, $0.kind, $0.state, String($0.attempts), LocalTime.text($0.madeAt), $0.error ?? ""]
        }
    }

    init(links: [LinkDocument]) {
        columns = [
            Column(title: "Link"), Column(title: "State", isState: true), Column(title: "Until"),
            Column(title: "Renewed", rank: 2, isNumber: true), Column(title: "Made", rank: 1),
        ]
        rows = links.map {
            [$0.id, $0.state, LocalTime.text($0.expiresAt), String($0.renewals), LocalTime.text($0.madeAt)]
        }
    }

    init(staff: [StaffDocument]) {
        columns = [
            Column(title: "Account"), Column(title: "Name"), Column(title: "Roles"), Column(title: "Since", rank: 2),
            Column(title: "Ended", rank: 1),
        ]
        rows = staff.map {
            [
                $0.id, $0.name, $0.roles.joined(separator: ","), LocalTime.text($0.madeAt),
                LocalTime.text($0.endedAt),
            ]
        }
    }

    init(tokens: [TokenDocument]) {
        columns = [
            Column(title: "Token"), Column(title: "State", isState: true), Column(title: "Until"),
            Column(title: "Used", rank: 1), Column(title: "Scopes", rank: 2),
        ]
        rows = tokens.map {
            [
                $0.id, $0.state, LocalTime.text($0.expiresAt), LocalTime.text($0.usedAt),
                $0.scopes.joined(separator: ","),
            ]
        }
    }

    init(trail: [AuditEntryDocument]) {
        columns = [
            Column(title: "Entry", isNumber: true), Column(title: "Time"), Column(title: "Action"),
            Column(title: "Actor", rank: 1), Column(title: "Facts"),
        ]
        rows = trail.map { entry in
            // Long ones are hashes and ids; where a request went comes first, since the line may be cut.
            let facts = entry.facts.filter { $0.value.count < 36 }
                .sorted { ($0.key == "to" ? 0 : 1, $0.key) < ($1.key == "to" ? 0 : 1, $1.key) }
            let words = entry.words.map { ["“\($0)”"] } ?? []
            return [
                String(entry.seq), LocalTime.text(entry.at), entry.action, entry.actor,
                (facts.map { "\($0.key)=\($0.value)" } + words).joined(separator: " "),
            ]
        }
    }
}
