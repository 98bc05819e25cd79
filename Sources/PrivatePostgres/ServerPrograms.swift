internal import Glibc
package import SystemPackage

/// Where `initdb` and `pg_ctl` lie.
package enum ServerPrograms {
    /// `HABEAS_POSTGRES_BIN`, else the newest of Debian's folders, else the search path.
    static func folder() throws(PrivateClusterError) -> FilePath {
        for candidate in candidates where access(candidate.appending("initdb").string, X_OK) == 0 {
            return candidate
        }
        throw PrivateClusterError(
            .notInstalled,
            "PostgreSQL's initdb was not found; install postgresql-15 (`make deps`), or set HABEAS_POSTGRES_BIN")
    }

    /// Every folder where they may lie, the first the best.
    package static var candidates: [FilePath] {
        if let named = getenv("HABEAS_POSTGRES_BIN") { return [FilePath(String(cString: named))] }
        let debian = (13...18).reversed().map { FilePath("/usr/lib/postgresql/\($0)/bin") }
        let path = getenv("PATH").map { String(cString: $0) } ?? ""
        return debian + path.split(separator: ":").map { FilePath(String($0)) }
    }
}
