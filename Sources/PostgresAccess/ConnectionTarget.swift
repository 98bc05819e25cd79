internal import CLibpq

/// Where and as whom to connect.
package struct ConnectionTarget: Sendable {
    /// A libpq connection URI or keyword string. It may hold a password, so it is never printed.
    package var connectionString: String
    /// The role, when it isn't the string's.
    package var user: String?
    /// The password, when it isn't the string's or libpq's own (`PGPASSFILE`, …).
    package var password: String?
    /// The database, when it isn't the string's.
    package var database: String?
    /// What `pg_stat_activity` shows.
    package var applicationName: String
    /// Settings made once the connection stands.
    package var settings: [(name: String, value: String)]

    /// A target with defaults for everything but the string.
    package init(
        _ connectionString: String, user: String? = nil, password: String? = nil, database: String? = nil,
        applicationName: String = "habeas", settings: [(name: String, value: String)] = []
    ) {
        self.connectionString = connectionString
        self.user = user
        self.password = password
        self.database = database
        self.applicationName = applicationName
        self.settings = settings
    }

    /// The same server as somebody else.
    package func `as`(user: String, password: String?) -> ConnectionTarget {
        var target = self
        target.user = user
        if let password { target.password = password }
        return target
    }

    /// Keywords for `PQconnectdbParams`; later ones override what the string says.
    var keywords: [(name: String, value: String)] {
        // The string may say otherwise: what comes later wins.
        var keywords = [("connect_timeout", "10"), ("dbname", connectionString)]
        if let user { keywords.append(("user", user)) }
        if let password { keywords.append(("password", password)) }
        if let database { keywords.append(("dbname", database)) }
        keywords.append(("fallback_application_name", applicationName))
        keywords.append(("client_encoding", "UTF8"))
        return keywords.map { (name: $0.0, value: $0.1) }
    }

    /// The same for a program that uses libpq, as variables: arguments are seen by every user of the machine.
    ///
    /// - Throws: `PostgresError.badConnectionString` for a string that libpq can't read, or a keyword without a variable.
    package func environment() throws(PostgresError) -> [String: String] {
        guard let options = PQconninfoParse(connectionString, nil) else { throw Self.unreadable }
        defer { PQconninfoFree(options) }
        var variables: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val {
                guard let variable = option.pointee.envvar else {
                    throw PostgresError(
                        .badConnectionString,
                        "the connection string has “\(String(cString: keyword))”, which can't be handed to another program"
                    )
                }
                variables[String(cString: variable)] = String(cString: value)
            }
            option += 1
        }
        if let user { variables["PGUSER"] = user }
        if let password { variables["PGPASSWORD"] = password }
        if let database { variables["PGDATABASE"] = database }
        return variables
    }

    private static var unreadable: PostgresError {
        PostgresError(
            .badConnectionString, "the connection string can't be read (not shown, it may hold a password)")
    }

    /// Refuses a string that libpq can't read, without repeating it: it may hold a password.
    func validate() throws(PostgresError) {
        guard let options = PQconninfoParse(connectionString, nil) else { throw Self.unreadable }
        PQconninfoFree(options)
    }
}
