/// What a job of the queue does.
package enum JobKind: String, Sendable, CaseIterable, Codable {
    /// Finds out whom a claim means, and mails them a code.
    case resolve
    /// Makes a person's archive.
    case export
    /// Mails a notice.
    case mail
    /// Tells a webhook of an event.
    case webhook
    /// Ends links and destroys archives whose time is up, and clears what nobody needs any more.
    case expire
    /// Signs a checkpoint of the audit chain.
    case checkpoint
    /// Warns of dates that come near, and looks whether the rules would give other ones.
    case deadlines
    /// Makes the plan of an erasure.
    case plan
    /// Carries an approved erasure out, or goes on with one that a hold has let go.
    case erase
    /// Ends what statutes keep no longer, takes the product's own deletions into the ledger, asks recipients again.
    case retention
    /// Looks what backups still hold of the erased, and tells of it.
    case backups
}

/// How much a job asks of the machine.
package enum JobWeight: String, Sendable, CaseIterable, Codable {
    /// It may run at any place.
    case light
    /// Only some places take it, so that light ones always find one.
    case heavy
}
