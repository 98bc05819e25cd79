internal import SystemPackage

extension PrivateCluster {
    /// One of PostgreSQL's own programs, of the version that the server is.
    package func program(_ name: String) -> String { programs.appending(name).string }

    /// The words of a command, with what has to stand before them so that the server's user runs it.
    package func asServerUser(_ words: [String]) -> [String] {
        guard let name = words.first else { return [] }
        // setpriv(1) takes the program's place, so it looks for a name on the search path itself.
        let (program, arguments) = user.command(FilePath(name), Array(words.dropFirst()))
        return [program.string] + arguments
    }
}
