internal import RightsCore

extension RequestState {
    /// Whether a row of `habeas.request` isn't carried out yet, in the very words of the partial indexes.
    static let openSQL =
        "state IN (" + allCases.filter(\.isOpen).map { "'\($0.rawValue)'" }.joined(separator: ", ") + ")"
}
