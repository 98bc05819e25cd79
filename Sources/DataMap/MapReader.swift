internal import Yams
internal import RightsCore

extension DataMap {
    /// Reads a map from YAML text and validates it as a whole.
    ///
    /// - Throws: `DataMapError` with line and column.
    package init(yaml: String) throws(DataMapError) {
        let root: Node?
        do {
            root = try Yams.compose(yaml: yaml)
        } catch let error as YamlError {
            throw DataMapError(yamlError: error)
        } catch {
            throw DataMapError(.notYAML, "the text is not YAML")
        }
        guard let root else { throw DataMapError(.notYAML, "the map is empty") }
        self = try MapReader.map(MapNode(node: root, path: ""))
        try MapValidation.validate(self)
    }
}

extension DataMapError {
    fileprivate init(yamlError: YamlError) {
        switch yamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            self.init(.notYAML, "not YAML: \(problem)", line: mark.line, column: mark.column)
        case .duplicatedKeysInMapping(let duplicates, let context):
            self.init(
                .invalid, "the key “\(duplicates.first ?? "")” stands twice", line: context.mark.line,
                column: context.mark.column)
        default: self.init(.notYAML, "the text is not YAML in UTF-8")
        }
    }
}

/// How many rows of the subject's table are one person.
private enum RowsOfOne: String, CaseIterable { case one, many }

/// What row security shows a person.
private enum Visibility: String, CaseIterable { case own, more }

/// YAML → values, one function a part of the map.
enum MapReader {
    static func map(_ node: MapNode) throws(DataMapError) -> DataMap {
        try node.checkKeys([
            "habeas_map", "service", "controller", "default_regime", "identity", "schemas", "row_security", "subjects",
            "collections", "not_included", "recipients", "automated_decisions", "erasure",
        ])
        let version = try node.required("habeas_map")
        guard try version.number() == DataMap.formatVersion else {
            throw version.fail("this build reads version \(DataMap.formatVersion)")
        }
        var subjects: [SubjectKind] = []
        for (name, value) in try node.required("subjects").entries() { subjects.append(try subject(name, value)) }
        guard let first = subjects.first else { throw try node.required("subjects").fail("names no kind of person") }
        var collections: [Collection] = []
        for (name, value) in try node.required("collections").entries() {
            collections.append(try CollectionReader(name: name, node: value, defaultSubject: first.name).collection())
        }
        return DataMap(
            service: try slug(node.required("service"), allowing: "-"),
            controller: try DisclosureReader.controller(node.required("controller")),
            defaultRegime: try regime(node.required("default_regime")),
            isTwoPersonRule: try twoPersonRule(node["identity"]),
            schemas: try node.required("schemas").identifiers(),
            rowSecurity: try node.required("row_security").choice(RowSecurityDemand.self),
            subjects: subjects, collections: collections,
            notIncluded: try list(node["not_included"], excluded),
            recipients: try DisclosureReader.stated(node["recipients"], DisclosureReader.recipient) ?? [],
            erasurePolicy: try node["erasure"].map(erasurePolicy) ?? .standard,
            statesRecipients: node["recipients"] != nil,
            automatedDecisions: try DisclosureReader.stated(node["automated_decisions"], DisclosureReader.decision))
    }

    private static func erasurePolicy(_ node: MapNode) throws(DataMapError) -> ErasurePolicy {
        try node.checkKeys(["band", "rows_in_one_transaction", "harmless_triggers"])
        let standard = ErasurePolicy.standard
        return ErasurePolicy(
            band: try node["band"].map(band) ?? standard.band,
            rowsInOneTransaction: try node["rows_in_one_transaction"]?.number() ?? standard.rowsInOneTransaction,
            harmlessTriggers: try list(node["harmless_triggers"], harmlessTrigger))
    }

    private static func band(_ node: MapNode) throws(DataMapError) -> CountBand {
        try node.checkKeys(["rows", "percent"])
        let (rows, percent) = (try node.required("rows").number(), try node.required("percent").number())
        guard rows >= 0, (0...100).contains(percent) else {
            throw node.fail("rows is 0 or more, percent 0 to 100")
        }
        return CountBand(rows: rows, percent: percent)
    }

    private static func harmlessTrigger(_ node: MapNode) throws(DataMapError) -> HarmlessTrigger {
        try node.checkKeys(["table", "name", "reason"])
        return HarmlessTrigger(
            table: try node.required("table").table(), name: try node.required("name").identifier(),
            reason: try node.required("reason").text())
    }

    private static func twoPersonRule(_ node: MapNode?) throws(DataMapError) -> Bool {
        guard let node else { return false }
        try node.checkKeys(["two_person_rule"])
        return try node.required("two_person_rule").flag()
    }

    static func list<Value>(
        _ node: MapNode?, _ read: (MapNode) throws(DataMapError) -> Value
    ) throws(DataMapError) -> [Value] {
        guard let node else { return [] }
        var values: [Value] = []
        for item in try node.items() { values.append(try read(item)) }
        return values
    }

    static func slug(_ node: MapNode, allowing extra: Character) throws(DataMapError) -> String {
        try node.parsed("a name of a-z, 0-9 and \(extra)") { isSlug($0, allowing: extra) ? $0 : nil }
    }

    static func isSlug(_ text: String, allowing extra: Character) -> Bool {
        !text.isEmpty && text.utf8.count <= 60
            && text.unicodeScalars.allSatisfy { "a"..."z" ~= $0 || "0"..."9" ~= $0 || Character($0) == extra }
    }

    static func regime(_ node: MapNode) throws(DataMapError) -> RegimeID {
        try node.parsed("the id of a regime (\(RegimeID.known.prefix(6).joined(separator: ", ")) …)", RegimeID.init(_:))
    }

    private static func subject(_ name: String, _ node: MapNode) throws(DataMapError) -> SubjectKind {
        try node.checkKeys(["table", "key", "rows", "identifiers", "row_security"])
        guard isSlug(name, allowing: "_") else { throw node.fail("a kind is named with a-z, 0-9 and _") }
        var identifiers: [(name: String, column: Identifier)] = []
        for (identifier, column) in try node["identifiers"]?.entries() ?? [] {
            identifiers.append((identifier, try column.identifier()))
        }
        let key = try self.key(node.required("key"))
        let rowSecurity = try node.required("row_security")
        return SubjectKind(
            name: name, table: try node.required("table").table(), key: key,
            hasManyRows: try node["rows"]?.choice(RowsOfOne.self) == .many,
            identifiers: identifiers, scope: try scope(rowSecurity),
            scopeColumn: try rowSecurity["from"]?.identifier() ?? key[0],
            seesMoreThanOwn: try rowSecurity["shows"]?.choice(Visibility.self) == .more)
    }

    private static func key(_ node: MapNode) throws(DataMapError) -> [Identifier] {
        guard node.isSequence else { return [try node.identifier()] }
        let columns = try node.identifiers()
        guard !columns.isEmpty else { throw node.fail("names no column") }
        return columns
    }

    private static func scope(_ node: MapNode) throws(DataMapError) -> RowSecurityScope {
        guard node.isMapping else {
            guard try node.text() == "none" else { throw node.fail("expected none, setting or claims") }
            return .none
        }
        try node.checkKeys(["setting", "claim", "from", "shows"])
        let setting = try node.required("setting").text()
        let parts = setting.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count > 1, parts.allSatisfy({ isSlug($0.lowercased(), allowing: "_") }) else {
            throw node.fail("a setting is written prefix.name")
        }
        guard let claim = node["claim"] else { return .setting(setting) }
        return .claims(setting: setting, claim: try claim.text())
    }

    private static func excluded(_ node: MapNode) throws(DataMapError) -> ExcludedTable {
        try node.checkKeys(["table", "reason"])
        return ExcludedTable(table: try node.required("table").table(), reason: try node.required("reason").text())
    }
}
