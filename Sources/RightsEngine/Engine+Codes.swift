internal import AuditLedger
package import RequestLedger
internal import RightsCore

/// What entering a code gave.
package enum CodeVerdict: Sendable, Hashable {
    /// It is the code.
    case right
    /// It isn't; so many tries are left.
    case wrong(triesLeft: Int)
    /// It was guessed at too often.
    case locked
    /// Its time is up, a later one was mailed, or it was used.
    case expired
}

extension Engine {
    /// Whether another code may be asked for now.
    ///
    /// - Throws: `EngineError` when it is too soon, or too often.
    func mayWantCode(for target: CodeTarget, in transaction: ControlTransaction) async throws {
        let now = now()
        if let latest = try await transaction.latestCode(for: target) {
            guard latest.state != .locked else { throw Self.locked }
            guard latest.madeAt + settings.codePause <= now else {
                throw EngineError(
                    .codeTooSoon, "a code was asked for a moment ago",
                    hint: "it may take a minute to arrive; look into the spam folder too, then ask again")
            }
        }
        guard try await transaction.countCodes(for: target, since: now - .seconds(3600)) < settings.codesPerHour else {
            throw EngineError(.codeTooSoon, "too many codes were asked for", hint: "try again in an hour")
        }
    }

    /// Asks for a code that a mail will carry.
    ///
    /// - Returns: its id, which the notice names.
    func wantCode(for target: CodeTarget, in transaction: ControlTransaction) async throws -> EventID {
        let id: EventID = makeID()
        let now = now()
        try await transaction.wantCode(
            id, for: target, now: now, expiresAt: now + settings.codeLifetime, tries: settings.codeTries)
        return id
    }

    /// Makes the code that a notice is about to carry, and stores its keyed hash only.
    ///
    /// - Returns: eight digits in two groups; nil when it isn't wanted any more.
    package func makeCode(for notice: NoticeRecord) async throws -> String? {
        guard let (wanted, target) = try await codeNamed(by: notice) else { return nil }
        var random = SystemRandomNumberGenerator()
        let digits = String(Int.random(in: 0..<100_000_000, using: &random) + 100_000_000).dropFirst()
        let hash = hash(code: String(digits), of: wanted, for: target)
        let now = now()
        return try await control.transaction { transaction in
            guard let code = try await transaction.latestCode(for: target), code.id == wanted,
                code.state == .wanted || code.state == .sent, now < code.expiresAt
            else { return nil }
            try await transaction.store(code.id, state: .sent, hash: hash, triesLeft: code.triesLeft)
            return "\(digits.prefix(4))-\(digits.suffix(4))"
        }
    }

    private func codeNamed(by notice: NoticeRecord) async throws -> (EventID, CodeTarget)? {
        let facts = try Self.facts(notice.facts)
        guard let id = facts["code"].flatMap({ EventID($0) }) else { return nil }
        if let claim = notice.claim { return (id, .claim(claim)) }
        return facts["link"].flatMap { LinkID($0) }.map { (id, .link($0)) }
    }

    /// Holds a code against what was mailed. The verdict must be committed, whatever it is: a wrong try counts.
    func check(
        _ entered: String, for target: CodeTarget, in transaction: ControlTransaction
    ) async throws -> CodeVerdict {
        guard let code = try await transaction.latestCode(for: target) else { return .expired }
        switch code.state {
        case .locked: return .locked
        case .used, .replaced: return .expired
        case .wanted, .sent: break
        }
        guard now() < code.expiresAt else { return .expired }
        // Fresh claims of the same address don't give fresh tries without end.
        if case .claim(let claim) = target,
            try await transaction.countWrongTries(
                sharingAddressWith: claim, of: settings.codeTries, since: now() - .days(1)) >= settings.codeTries * 20
        {
            return .locked
        }
        let digits = String(entered.filter { $0.isASCII && $0.isNumber })
        let hash = hash(code: digits, of: code.id, for: target)
        // A code that was never mailed, since nobody has that address, costs the same time and the same tries.
        if let stored = code.hash, stored.isEqualInConstantTime(to: hash) {
            try await transaction.store(code.id, state: .used, hash: nil, triesLeft: code.triesLeft)
            return .right
        }
        return try await countWrongTry(code, for: target, in: transaction)
    }

    private func countWrongTry(
        _ code: CodeRecord, for target: CodeTarget, in transaction: ControlTransaction
    ) async throws -> CodeVerdict {
        let left = code.triesLeft - 1
        // Fresh codes don't give fresh tries without end.
        let before = try await transaction.countWrongTries(
            for: target, of: settings.codeTries, since: now() - .days(1))
        let isLocked = left <= 0 || before + 1 >= settings.codeTries * 3
        try await transaction.store(
            code.id, state: isLocked ? .locked : code.state, hash: isLocked ? nil : code.hash, triesLeft: max(0, left))
        return isLocked ? .locked : .wrong(triesLeft: left)
    }

    private func hash(code digits: String, of id: EventID, for target: CodeTarget) -> Hash256 {
        people.hash("code", "\(id.text) \(target.text) \(digits)")
    }

    static var locked: EngineError {
        EngineError(
            .codeLocked, "too many wrong codes were entered",
            hint: "start again from the first page; if it wasn't you, nothing was given away")
    }

    /// The refusal that a verdict amounts to; nil when the code was right.
    static func refusal(_ verdict: CodeVerdict) -> EngineError? {
        switch verdict {
        case .right: nil
        case .wrong(let left):
            EngineError(
                .codeWrong, "that isn't the code", hint: left == 1 ? "one try is left" : "\(left) tries are left",
                field: "code")
        case .locked: locked
        case .expired:
            EngineError(
                .codeExpired, "this code can't be entered any more", hint: "ask for a new one", field: "code")
        }
    }
}

extension Hash256 {
    /// Compares all bytes, whatever the first ones say.
    func isEqualInConstantTime(to other: Hash256) -> Bool {
        zip(bytes, other.bytes).reduce(0 as UInt8) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
