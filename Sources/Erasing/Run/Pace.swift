/// How long to pause between batches: longer where batches take longer than they did, or a standby falls behind.
struct Pace {
    private let budget: ErasureBudget
    private var fastest: Duration?
    private(set) var pause: Duration

    init(_ budget: ErasureBudget) {
        self.budget = budget
        pause = budget.pause
    }

    /// The pause after a batch that took so long, with a standby that lags by so many bytes.
    mutating func next(after took: Duration, lag: Int) -> Duration {
        let best = min(fastest ?? took, took)
        fastest = best
        if lag > budget.standbyLag || took > best * 3 {
            slowDown()
        } else {
            // About a third of the time belongs to others.
            pause = max(budget.pause, min(pause / 2, budget.longestPause), took / 3)
        }
        return pause
    }

    /// Others were in the way.
    mutating func slowDown() { pause = min(max(pause * 2, budget.pause), budget.longestPause) }
}
