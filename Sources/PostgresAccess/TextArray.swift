extension [String] {
    /// The texts as PostgreSQL writes an array of them: for a parameter that is cast to `text[]`.
    package var sqlArray: String {
        let quoted = map { "\"" + $0.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\"" }
        return "{\(quoted.joined(separator: ","))}"
    }
}
