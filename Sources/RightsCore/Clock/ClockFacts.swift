/// What happened to a request, as far as its deadlines go.
package struct ClockFacts: Sendable, Hashable {
    /// When it reached the controller, with the offset it was written with.
    package var received: Stamp
    /// The right, as the regime calls it.
    package var right: String
    package var interruptions: [Interruption]
    /// The notice that lengthens the period; nil while there is none.
    package var extensionNotice: ExtensionNotice?
    /// What the controller promised on its own; the smaller of promise and statute is worked by.
    package var promise: Period?

    /// What happened to a request.
    package init(
        received: Stamp, right: String, interruptions: [Interruption] = [], extensionNotice: ExtensionNotice? = nil,
        promise: Period? = nil
    ) {
        self.received = received
        self.right = right
        self.interruptions = interruptions
        self.extensionNotice = extensionNotice
        self.promise = promise
    }
}

/// A question to the person, in days of the controller's zone.
package struct Interruption: Sendable, Hashable {
    package var kind: InterruptionKind
    package var asked: CivilDate
    /// When the answer came; nil while it hasn't.
    package var answered: CivilDate?
    /// What it does, where somebody says so for this one; else the regime knows.
    package var ruling: Ruling?

    /// A question to the person.
    package init(kind: InterruptionKind, asked: CivilDate, answered: CivilDate?, ruling: Ruling? = nil) {
        self.kind = kind
        self.asked = asked
        self.answered = answered
        self.ruling = ruling
    }

    /// An effect laid down for one question, and on what.
    package struct Ruling: Sendable, Hashable {
        package let effect: InterruptionEffect
        package let basis: InterruptionRule.Basis

        /// An effect and its basis.
        package init(_ effect: InterruptionEffect, basis: InterruptionRule.Basis) {
            self.effect = effect
            self.basis = basis
        }
    }
}

/// A notice to the person that the answer takes longer.
package struct ExtensionNotice: Sendable, Hashable, Codable {
    /// The day it was delivered, in the controller's zone.
    package var delivered: CivilDate
    /// The date it names, where the regime leaves that to the controller.
    package var announced: CivilDate?

    /// A notice and the day it was delivered.
    package init(delivered: CivilDate, announced: CivilDate? = nil) {
        self.delivered = delivered
        self.announced = announced
    }
}
