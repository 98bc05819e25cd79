internal import DataMap
internal import Erasing
internal import PostgresAccess

/// What `map check` and `doctor` find of erasures.
enum ErasureReadiness {
    /// What was found, or why nobody could look.
    enum Outcome {
        case findings([PreflightFinding])
        case unchecked(String)
    }

    /// What stands in the way of any erasure, by the catalogue as the eraser sees it.
    static func look(_ settings: Settings, _ map: DataMap) async throws -> Outcome {
        do {
            return .findings(
                try await PostgresConnection.withConnection(to: try settings.eraserTarget()) {
                    try await Eraser.preflight(map, on: $0)
                })
        } catch let error as PostgresError where error.code == .cannotConnect {
            return .unchecked("the role \(settings.eraserUser) can't sign in; `habeas init` makes it")
        }
    }
}
