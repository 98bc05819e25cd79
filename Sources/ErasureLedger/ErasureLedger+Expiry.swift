internal import ObjectStore
package import RightsCore

/// What an expiry did, or would do.
package struct LedgerExpiryReport: Sendable, Hashable {
    /// Everything older might go.
    package let cutoff: Instant
    /// The last entry that is gone; the one before when nothing went now.
    package let until: Int
    /// How many files went.
    package let files: Int
    /// How many entries.
    package let entries: Int
    /// How many suppressions in force were said again at the end first.
    package let restated: Int
    /// What keeps the first file that stays.
    package let need: LedgerNeed

    /// The same where something kept it from being done at all.
    package func stopped(by need: LedgerNeed) -> LedgerExpiryReport {
        LedgerExpiryReport(cutoff: cutoff, until: until, files: 0, entries: 0, restated: 0, need: need)
    }
}

/// Between these a crash may come.
package enum LedgerExpiryStep: Sendable, Hashable {
    /// Some suppressions were said again.
    case restated
    /// All were, and nothing else was done.
    case judged
    /// What expires is written down.
    case noted
    /// The file that begins with the entry is gone.
    case removed(first: Int)
}

extension ErasureLedger {
    /// How many suppressions are said again while others wait.
    private static let mostAtOnce = 64

    /// Drops whole files from the front of which nothing is needed any more: every entry is older than the cutoff, and so
    /// is the end of every erasure; no hold of theirs is in force. Suppressions in force are said again at the end first.
    ///
    /// Killed anywhere, the next call goes on.
    ///
    /// - Parameters:
    ///   - stores: the services whose copies the cutoff is true of; entries of others stay. Nil for all.
    ///   - isDryRun: whether only to say what would be done.
    ///   - step: called between the steps.
    package nonisolated func expire(
        before cutoff: Instant, of stores: Set<String>? = nil, at now: Instant, isDryRun: Bool = false,
        step: @escaping @Sendable (LedgerExpiryStep) throws -> Void = { _ in }
    ) async throws -> LedgerExpiryReport {
        var survey = try await survey(before: cutoff, of: stores)
        for try await page in entries() {
            for entry in page { survey.take(entry) }
            if survey.isVain { break }
        }
        guard !isDryRun else { return await report(survey, cutoff, restated: survey.unstated().count) }
        var restated = 0
        while !survey.unstated(most: 1).isEmpty {
            let count: Int
            (survey, count) = try await restate(survey, at: now)
            restated += count
            try step(.restated)
        }
        let isDone = try await drop(survey, at: now, step)
        return await report(survey, cutoff, restated: restated, isDone: isDone)
    }

    private func survey(before cutoff: Instant, of stores: Set<String>?) throws -> LedgerSurvey {
        try folder.held { try catchUp() }
        return LedgerSurvey(before: cutoff, of: stores, files: files)
    }

    private func report(
        _ survey: LedgerSurvey, _ cutoff: Instant, restated: Int, isDone: Bool = true
    ) -> LedgerExpiryReport {
        let extent = isDone ? survey.extent : (files: 0, entries: 0)
        return LedgerExpiryReport(
            cutoff: cutoff, until: max(survey.until?.seq ?? 0, expired.until.seq), files: extent.files,
            entries: extent.entries, restated: restated, need: survey.need)
    }

    /// Says some of the suppressions again that would go. Nobody lifts one meanwhile: the folder is held.
    ///
    /// - Returns: the survey with whatever was appended since, and how many were said again.
    private func restate(_ survey: LedgerSurvey, at now: Instant) throws -> (LedgerSurvey, Int) {
        var (survey, count) = (survey, 0)
        try folder.held {
            try catchUp()
            try readOn(&survey)
            for entry in survey.unstated(most: Self.mostAtOnce) {
                let old = entry.content
                let draft = try LedgerDraft(
                    .suppressed, run: ErasureRunID(naming: "habeas suppression restated", old.run.text),
                    store: old.store, subject: old.subject)
                let appended = try appendHeld(draft, at: now)
                survey.take(appended.entry)
                count += appended.isNew ? 1 : 0
            }
        }
        return (survey, count)
    }

    /// Writes down what expires, and removes its files.
    private func drop(
        _ survey: LedgerSurvey, at now: Instant, _ step: (LedgerExpiryStep) throws -> Void
    ) throws -> Bool {
        try folder.held {
            try catchUp()
            // Another process may have been faster.
            guard let until = survey.until, until.seq > expired.until.seq else { return false }
            let expiry = LedgerExpiry(
                until: until, at: now, stores: expired.stores.merging(survey.stores, uniquingKeysWith: max))
            try step(.judged)
            try folder.write(expiry, key: key)
            try step(.noted)
            try folder.remove(files.filter { $0 <= until.seq }) { try step(.removed(first: $0)) }
            try adopt(expiry)
            return true
        }
    }
}
