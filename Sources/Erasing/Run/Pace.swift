/// How long to pause between batches: longer where batches take longer than they did, or a standby falls behind.
struct Pace {
    private let budget: ErasureBudget
    private var list: Int?
    private var fastest: Duration?
    private(set) var pause: Duration

    init(_ budget: ErasureBudget) {
        self.budget = budget
        pause = budget.pause
    }

    /// The pause after a batch that took so long, with a standby that lags by so many bytes.
    ///
    /// - Parameter list: the list it was of: batches of one table say nothing of those of another.
    mutating func next(after took: Duration, of list: Int, lag: Int) -> Duration {
        if list != self.list { (self.list, fastest) = (list, nil) }
        let best = min(fastest ?? took, took)
        fastest = best
        if lag > budget.standbyLag || took > best * 3 {
            slowDown()
        } else {
            pause = max(budget.pause, min(pause / 2, budget.longestPause), took * budget.share)
        }
        return pause
    }

    /// Others were in the way.
    mutating func slowDown() { pause = min(max(pause * 2, budget.pause), budget.longestPause) }
}
