/// The life of a request: a pure state machine (docs/request-states.md).
package struct RequestLife: Sendable, Hashable {
    /// What happens to a request.
    package enum Event: String, Sendable, CaseIterable {
        /// The person is asked to show who they are.
        case askIdentity = "ask-identity"
        /// They have shown it, or somebody vouched for them.
        case identify
        /// Its job is queued.
        case enqueue
        /// A worker took the job.
        case start
        /// The worker gave the job back: it stops, waits for space, or tries again later.
        case handBack = "hand-back"
        /// The archive was made, sealed and read back.
        case finish
        /// Everything was carried out that leaves nothing to fetch.
        case complete
        /// Everything of a person, or of a record, is gone from the live systems.
        case erase
        /// The same, but for what a statute or a hold keeps.
        case eraseKeeping = "erase-keeping"
        /// Some targets failed after others were done.
        case finishPartly = "finish-partly"
        /// What was approved isn't what would be done: it is planned and approved anew.
        case replan
        /// The job was given up.
        case fail
        /// The last byte of the last part went out.
        case deliver
        /// The closing duties are done: link ended, archive and key destroyed.
        case close
        /// Time ran out: for the proof of identity, or for fetching the archive.
        case lapse
        /// It is set aside.
        case pause
        /// It goes on where it was.
        case resume
        /// It is refused on a ground.
        case refuse
        /// It is withdrawn.
        case cancel
        /// What failed, or lapsed with its archive, is to be done again.
        case retry
        /// A complaint about its refusal was granted.
        case reopen
    }

    /// Where it stands.
    package private(set) var state: RequestState
    /// Where it stood when it was paused.
    package private(set) var pausedFrom: RequestState?

    /// A life that just began.
    package init() { state = .received }

    /// A life as it was stored.
    package init(state: RequestState, pausedFrom: RequestState?) {
        self.state = state
        self.pausedFrom = pausedFrom
    }

    /// Takes an event.
    ///
    /// - Returns: the new state; nil when the event can't happen here, and nothing changes.
    package mutating func take(_ event: Event) -> RequestState? {
        guard let next = next(event) else { return nil }
        pausedFrom = event == .pause ? state : nil
        state = next
        return next
    }

    /// The events that can happen now.
    package var possible: [Event] { Event.allCases.filter { next($0) != nil } }

    private func next(_ event: Event) -> RequestState? {
        switch (state, event) {
        case (.received, .askIdentity): .verifying
        case (.received, .identify), (.verifying, .identify): .accepted
        case (.accepted, .enqueue): .queued
        case (.queued, .start): .running
        case (.running, .handBack): .queued
        case (.running, .finish): .ready
        case (.running, .complete): .fulfilled
        case (.running, .finishPartly): .partial
        case (.running, .replan), (.queued, .replan): .accepted
        case (.running, .erase): .erased
        case (.running, .eraseKeeping): .erasedWithRetention
        // The last duty is done, backups included.
        case (.erased, .close), (.erasedWithRetention, .close): .fulfilled
        // A hold ended: what it kept goes now.
        case (.erased, .retry), (.erasedWithRetention, .retry): .queued
        case (.running, .fail), (.queued, .fail): .failed
        case (.ready, .deliver): .delivered
        case (.delivered, .close): .fulfilled
        case (.ready, .lapse): .expired
        // Never .expired: what was never proven must not be made by a retry.
        case (.received, .lapse), (.verifying, .lapse): .cancelled
        case (.failed, .retry), (.partial, .retry), (.expired, .retry): .queued
        case (.received, .pause), (.verifying, .pause), (.accepted, .pause), (.queued, .pause): .paused
        case (.paused, .resume): pausedFrom
        case (.refused, .reopen): .verifying
        default: end(event)
        }
    }

    /// Refusing and cancelling are possible until the thing is done.
    private func end(_ event: Event) -> RequestState? {
        switch (state, event) {
        case (.received, .refuse), (.verifying, .refuse), (.accepted, .refuse), (.queued, .refuse), (.paused, .refuse),
            (.failed, .refuse):
            .refused
        case (.received, .cancel), (.verifying, .cancel), (.accepted, .cancel), (.queued, .cancel),
            (.running, .cancel), (.paused, .cancel), (.failed, .cancel), (.ready, .cancel):
            .cancelled
        default: nil
        }
    }
}
