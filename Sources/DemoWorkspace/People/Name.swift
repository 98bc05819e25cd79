/// A person's name, and what the name makes of an e-mail address.
struct Name: Sendable {
    let first: String
    let last: String
    let mailbox: String

    var full: String { first + " " + last }

    init(first: String, last: String, mailbox: String) {
        self.first = first
        self.last = last
        self.mailbox = mailbox
    }

    /// One of some two thousand names.
    init(_ random: inout SplitMix64) {
        let first = random.pick(Self.firstNames)
        let last = random.pick(Self.lastNames)
        self.init(first: first.0, last: last.0, mailbox: first.1 + "." + last.1)
    }

    private static let firstNames: [(String, String)] = [
        ("Amara", "amara"), ("Anton", "anton"), ("Beatriz", "beatriz"), ("Björn", "bjorn"), ("Carmen", "carmen"),
        ("Chloé", "chloe"), ("Daniyar", "daniyar"), ("Dorothea", "dorothea"), ("Eilidh", "eilidh"),
        ("Emre", "emre"), ("Farah", "farah"), ("Florian", "florian"), ("Grace", "grace"), ("Hana", "hana"),
        ("Hugo", "hugo"), ("Ines", "ines"), ("Ivana", "ivana"), ("Jamal", "jamal"), ("Jörg", "jorg"),
        ("Kaito", "kaito"), ("Keziah", "keziah"), ("Leona", "leona"), ("Łukasz", "lukasz"), ("Maren", "maren"),
        ("Mateo", "mateo"), ("Nadia", "nadia"), ("Noor", "noor"), ("Oluchi", "oluchi"), ("Owen", "owen"),
        ("Pilar", "pilar"), ("Priya", "priya"), ("Quentin", "quentin"), ("Rosa", "rosa"), ("Søren", "soren"),
        ("Tamsin", "tamsin"), ("Thanh", "thanh"), ("Ulla", "ulla"), ("Viktor", "viktor"), ("Wanjiru", "wanjiru"),
        ("Xenia", "xenia"), ("Yuki", "yuki"), ("Zeynep", "zeynep"), ("Zoë", "zoe"), ("Štěpán", "stepan"),
    ]

    private static let lastNames: [(String, String)] = [
        ("Abebe", "abebe"), ("Andersson", "andersson"), ("Baker", "baker"), ("Bianchi", "bianchi"),
        ("Castillo", "castillo"), ("Çelik", "celik"), ("Dąbrowski", "dabrowski"), ("Dubois", "dubois"),
        ("Eriksen", "eriksen"), ("Faulkner", "faulkner"), ("Fernández", "fernandez"), ("Gupta", "gupta"),
        ("Haddad", "haddad"), ("Hoffmann", "hoffmann"), ("Ibrahim", "ibrahim"), ("Ito", "ito"),
        ("Jansen", "jansen"), ("Kamau", "kamau"), ("Kowalska", "kowalska"), ("Lehmann", "lehmann"),
        ("Macleod", "macleod"), ("Mbeki", "mbeki"), ("Müller", "muller"), ("Nakamura", "nakamura"),
        ("Nguyễn", "nguyen"), ("O'Brien", "obrien"), ("Okonkwo", "okonkwo"), ("Ortega", "ortega"),
        ("Petrova", "petrova"), ("Quispe", "quispe"), ("Rasmussen", "rasmussen"), ("Romano", "romano"),
        ("Santos", "santos"), ("Schäfer", "schafer"), ("Sharma", "sharma"), ("Silva", "silva"),
        ("Tanaka", "tanaka"), ("Tremblay", "tremblay"), ("Ueda", "ueda"), ("Varga", "varga"), ("Weber", "weber"),
        ("Whitaker", "whitaker"), ("Yılmaz", "yilmaz"), ("Żuk", "zuk"),
    ]
}
