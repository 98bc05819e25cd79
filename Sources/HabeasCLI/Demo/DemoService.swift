internal import FoundationEssentials
internal import ObjectStore
internal import RequestLedger
internal import RightsEngine

/// What the demonstration's service needs beside its settings: the control schema, and staff with tokens.
struct DemoService {
    /// Where a token lies, for its owner alone.
    struct Desk: Sendable {
        let name: String
        let role: StaffRole
        let tokenFile: String

        /// The token.
        func token() throws -> String {
            let text = String(decoding: try WholeFile.read(tokenFile), as: UTF8.self)
            return text.split(separator: "\n").first.map(String.init) ?? ""
        }
    }

    /// Who works at the demonstration: one of each role that acts.
    let desks: [Desk]

    /// Makes what is missing; what is there and still good stays.
    static func prepare(_ settings: Settings, folder: String) async throws -> DemoService {
        try await ControlSchema(settings).make()
        let staff = try FirstAdministrator(settings)
        let desks = [("Demo Admin", StaffRole.admin), ("Demo Compliance", .compliance), ("Demo Support", .support)]
            .map { Desk(name: $0, role: $1, tokenFile: "\(folder)/\($1.rawValue).token") }
        for desk in desks {
            if let kept = try kept(desk), try await staff.accepts(kept) { continue }
            let issued = try await staff.token(of: desk.name, role: desk.role, days: 30)
            try WholeFile.replace(desk.tokenFile, with: Array("\(issued.text)\n".utf8), mode: 0o600)
        }
        return DemoService(desks: desks)
    }

    /// The token of the desk of a role.
    func token(of role: StaffRole) throws -> StaffToken? {
        try desks.first { $0.role == role }.flatMap { StaffToken(try $0.token()) }
    }

    private static func kept(_ desk: Desk) throws -> String? {
        guard FileManager.default.fileExists(atPath: desk.tokenFile) else { return nil }
        return try desk.token()
    }
}
