import RightsCore
import Testing

@Suite struct RequestLifeTests {
    @Test func leadsFromReceiptToItsEnd() throws {
        var life = RequestLife()
        let steps: [(RequestLife.Event, RequestState)] = [
            (.askIdentity, .verifying), (.identify, .accepted), (.enqueue, .queued), (.start, .running),
            (.handBack, .queued), (.start, .running), (.finish, .ready), (.deliver, .delivered), (.close, .fulfilled),
        ]

        for (event, state) in steps { #expect(life.take(event) == state) }
        #expect(life.possible == [])
    }

    @Test(arguments: RequestState.allCases)
    func whatCannotHappenChangesNothing(state: RequestState) {
        let life = RequestLife(state: state, pausedFrom: state == .paused ? .queued : nil)

        for event in RequestLife.Event.allCases where !life.possible.contains(event) {
            var copy = life
            #expect(copy.take(event) == nil)
            #expect(copy == life)
        }
    }

    @Test(arguments: [RequestState.received, .verifying, .accepted, .queued])
    func resumesWhereItWasPaused(state: RequestState) {
        var life = RequestLife(state: state, pausedFrom: nil)

        #expect(life.take(.pause) == .paused)
        #expect(life.take(.pause) == nil)
        #expect(life.take(.resume) == state)
        #expect(life.pausedFrom == nil)
    }

    @Test func nothingRunsThatNobodyProved() {
        for start in [RequestState.received, .verifying] {
            var seen: Set<RequestLife> = []
            var open = [RequestLife(state: start, pausedFrom: nil)]
            while let life = open.popLast() {
                for event in life.possible where event != .identify {
                    var next = life
                    _ = next.take(event)
                    if seen.insert(next).inserted { open.append(next) }
                }
            }
            #expect(Set(seen.map(\.state)).isDisjoint(with: [.accepted, .queued, .running, .ready, .delivered]))
        }
    }

    @Test func whatIsOverStaysOver() {
        for state in RequestState.allCases where state.isFinal {
            // A complaint may show that a refusal was wrong.
            let possible: [RequestLife.Event] = state == .refused ? [.reopen] : []
            #expect(RequestLife(state: state, pausedFrom: nil).possible == possible)
        }
    }
}
