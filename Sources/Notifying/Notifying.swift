// Notifying: the person's notices and the operator's webhooks. It must never decide who is told what.
