/// What random numbers are drawn for; each purpose has a sequence of its own.
enum Purpose: UInt64, Sendable {
    case users = 1
    case profiles, contacts, tasks, conversations, messages, documents, documentVersions, briefings, assistantRuns
    case activity, sessions, apiKeys, billingCustomers, invoices, invoiceLines
    case portion, name, storageKey, versionKey, pdfKey, topic
}
