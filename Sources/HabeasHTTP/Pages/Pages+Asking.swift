internal import Hummingbird
internal import HummingbirdCore
internal import RightsCore
internal import RightsEngine

extension Pages {
    func addAsking(to group: inout RouteGroup) {
        group.get("") { request, context in askPage(PageVisit(self, request, context, path: "/p/"), AskForm()) }
        group.post("/ask", rate: .intake) { request, context in try await ask(request, context) }
    }

    private func askPage(_ visit: PageVisit, _ form: AskForm, faults: [PageVisit.Fault] = []) -> Response {
        visit.page(
            .ask, title: visit.texts["ask_title"], form.facts(visit.texts), faults: faults,
            status: faults.isEmpty ? .ok : .unprocessableContent)
    }

    private func ask(_ request: Request, _ context: HabeasContext) async throws -> Response {
        let fields = try await request.form(AskForm.fields.union(["address"]), context)
        try protection.check(fields, of: request)
        let visit = PageVisit(self, request, context, path: "/p/")
        let form = try AskForm(fields)
        guard let right = form.right else { return askPage(visit, form, faults: [form.missingRight(visit.texts)]) }
        let input = ClaimInput(
            address: form.address, right: right, format: form.format, language: visit.texts.language,
            zone: form.zone, regime: nil)
        let claim: HeldClaim
        do { claim = try await engine.makeClaim(input) } catch let error as EngineError {
            guard error.code == .invalid, error.field == "address" else { throw error }
            return askPage(visit, form, faults: [.init(field: "address", text: visit.texts["address_wrong"])])
        }
        var response = Response.seeOther("/p/claims/\(claim.id.text)")
        response.set(
            SetCookie(
                PageCookie.claim, claim.secret, path: "/p", sameSite: .lax, isSecure: context.isSecure,
                maxAge: engine.settings.claimLifetime))
        return response
    }
}

/// What stands in the form that asks for something.
struct AskForm {
    static let fields: Set = ["csrf", "right", "format", "zone"]

    var right: RequestRight?
    var format = DataFormat.both
    var zone: String?
    var address = ""
    private var isNew = true

    init() {}

    init(_ fields: FormFields) throws(Problem) {
        right = try fields.value("right", as: RequestRight.self)
        format = try fields.value("format", as: DataFormat.self) ?? .both
        zone = fields["zone"]
        address = fields["address"] ?? ""
        isNew = false
    }

    func missingRight(_ texts: PageTexts) -> PageVisit.Fault {
        .init(field: "right-access", text: texts["right_missing"])
    }

    func facts(_ texts: PageTexts) -> [String: Any] {
        // A copy harms nobody, so it is what stands there at first.
        let chosen = isNew ? .access : right
        var facts: [String: Any] = ["address": address]
        facts["rights"] = RequestRight.allCases.map { option("right", $0.rawValue, isChosen: $0 == chosen, texts) }
        facts["formats"] = [DataFormat.both, .csv, .json].map {
            option("format", $0.rawValue, isChosen: $0 == format, texts)
        }
        if chosen == nil { facts["right_error"] = texts["right_missing"] }
        return facts
    }

    private func option(_ name: String, _ value: String, isChosen: Bool, _ texts: PageTexts) -> [String: Any] {
        [
            "id": "\(name)-\(value)", "value": value, "checked": isChosen, "label": texts["\(name)_\(value)_label"],
            "about": texts["\(name)_\(value)_about"],
        ]
    }
}
