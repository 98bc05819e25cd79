package import RequestLedger

/// What the jobs need from outside the engine: values and closures handed down by the composition root.
package struct Workshop: Sendable {
    /// Makes archives.
    package let archives: ArchiveMaker
    /// Sends mails.
    package let postOffice: PostOffice
    /// Tells a webhook of an event: the body exactly as it is stored. Gives the HTTP status of the answer; nil when none
    /// came.
    package let callWebhook: @Sendable (WebhookRecord, WebhookEndpoint) async throws -> Int?
    /// Signs a checkpoint of the audit chain, if there is anything new to sign.
    package let signCheckpoint: @Sendable () async throws -> Void

    /// What erases; nil where the product's database has no eraser.
    package let erasure: ErasureTools?
    /// A workshop by its parts.
    package init(
        archives: ArchiveMaker, postOffice: @escaping PostOffice,
        callWebhook: @escaping @Sendable (WebhookRecord, WebhookEndpoint) async throws -> Int?,
        signCheckpoint: @escaping @Sendable () async throws -> Void, erasure: ErasureTools? = nil
    ) {
        self.archives = archives
        self.postOffice = postOffice
        self.callWebhook = callWebhook
        self.signCheckpoint = signCheckpoint
        self.erasure = erasure
    }
}
