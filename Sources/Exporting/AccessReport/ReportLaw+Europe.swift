internal import DataMap

// The laws of the European Union, the United Kingdom and Switzerland, as tables.
extension ReportLaw {
    static let european: [(String, ReportLaw)] = [
        (
            "GDPR",
            ReportLaw(
                "General Data Protection Regulation, Regulation (EU) 2016/679", .gdpr, gdpr,
                rights: rights(
                    "GDPR Art. 16", "GDPR Art. 17", "GDPR Art. 18", "GDPR Art. 21", "GDPR Art. 20", "GDPR Art. 7(3)",
                    "GDPR Art. 22(3)"), home: economicArea, judicialRemedy: remedy("GDPR Art. 79"))
        ),
        (
            "EUDPR",
            ReportLaw(
                "Regulation (EU) 2018/1725 on Union institutions", .gdpr, union,
                rights: rights(
                    "Reg. (EU) 2018/1725 Art. 18", "Reg. (EU) 2018/1725 Art. 19", "Reg. (EU) 2018/1725 Art. 20",
                    "Reg. (EU) 2018/1725 Art. 23", "Reg. (EU) 2018/1725 Art. 22", "Reg. (EU) 2018/1725 Art. 7(3)",
                    "Reg. (EU) 2018/1725 Art. 24(3)"), home: economicArea,
                judicialRemedy: remedy("Reg. (EU) 2018/1725 Art. 64"))
        ),
        (
            "CH-DSG",
            ReportLaw(
                "Bundesgesetz über den Datenschutz (DSG, Switzerland)", .gdpr, swiss,
                rights: [
                    RightRule("Correction", "You can have data corrected that are wrong.", "DSG Art. 32(1)"),
                    RightRule(
                        "Objection, deletion",
                        "You can object to the processing, and demand deletion, a ban on processing or on disclosure.",
                        "DSG Art. 30(2)(b), 32(2)"),
                    RightRule(
                        "Delivery or transfer", "You can have these data in a common electronic format.",
                        "DSG Art. 28", .portable([.consent, .contract])),
                    RightRule(
                        "Withdrawal of consent", "You can withdraw your consent.", "DSG Art. 6(6), 30(2)(b)",
                        .grounds([.consent])),
                    RightRule(
                        "A human being's review",
                        "You can state your position and demand that a natural person reviews the decision.",
                        "DSG Art. 21(2)", .decisions),
                ], home: ["CH"])
        ),
    ]

    static let british: [(String, ReportLaw)] = [
        ("UK-GDPR", kingdom(decisions: "UK GDPR Art. 15(1)(h), 22A-22D", review: "UK GDPR Art. 22C")),
        ("UK-GDPR-pre-2026-02-05", kingdom(decisions: "UK GDPR Art. 15(1)(h), 22", review: "UK GDPR Art. 22(3)")),
        ("UK-DPA2018-s164A", kingdom(decisions: "UK GDPR Art. 15(1)(h), 22A-22D", review: "UK GDPR Art. 22C")),
    ]

    private static let economicArea: Set<String> = [
        "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS", "IT", "LI",
        "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
    ]

    // MARK: statements

    private static let gdpr = [
        LegalStatement(.controller, "GDPR Art. 4(7), 12(1)"),
        LegalStatement(.officer, "GDPR Art. 27, 37, 38(4)"),
        LegalStatement(.confirmation, "GDPR Art. 15(1)"),
        LegalStatement(.purposes, "GDPR Art. 15(1)(a)"),
        LegalStatement(.categories, "GDPR Art. 15(1)(b)"),
        LegalStatement(.recipients, "GDPR Art. 15(1)(c); CJEU C-154/21"),
        LegalStatement(.transfers, "GDPR Art. 15(2), 46"),
        LegalStatement(.retention, "GDPR Art. 15(1)(d)"),
        LegalStatement(.sources, "GDPR Art. 15(1)(g)"),
        LegalStatement(.automatedDecisions, "GDPR Art. 15(1)(h), 22; CJEU C-203/22"),
        LegalStatement(.rights, "GDPR Art. 15(1)(e)"),
        LegalStatement(.complaint, "GDPR Art. 15(1)(f), 77"),
        LegalStatement(.copy, "GDPR Art. 15(3)"),
        LegalStatement(.withheld, "GDPR Art. 12(4), 15(4)"),
        LegalStatement(.meanings, "GDPR Art. 12(1)"),
    ]

    private static let union = [
        LegalStatement(.controller, "Reg. (EU) 2018/1725 Art. 3(8), 14(1)"),
        LegalStatement(.officer, "Reg. (EU) 2018/1725 Art. 43, 44(4)"),
        LegalStatement(.confirmation, "Reg. (EU) 2018/1725 Art. 17(1)"),
        LegalStatement(.purposes, "Reg. (EU) 2018/1725 Art. 17(1)(a)"),
        LegalStatement(.categories, "Reg. (EU) 2018/1725 Art. 17(1)(b)"),
        LegalStatement(.recipients, "Reg. (EU) 2018/1725 Art. 17(1)(c)"),
        LegalStatement(.transfers, "Reg. (EU) 2018/1725 Art. 17(2), 48"),
        LegalStatement(.retention, "Reg. (EU) 2018/1725 Art. 17(1)(d)"),
        LegalStatement(.sources, "Reg. (EU) 2018/1725 Art. 17(1)(g)"),
        LegalStatement(.automatedDecisions, "Reg. (EU) 2018/1725 Art. 17(1)(h), 24"),
        LegalStatement(.rights, "Reg. (EU) 2018/1725 Art. 17(1)(e)"),
        LegalStatement(.complaint, "Reg. (EU) 2018/1725 Art. 17(1)(f), 63"),
        LegalStatement(.copy, "Reg. (EU) 2018/1725 Art. 17(3)"),
        LegalStatement(.withheld, "Reg. (EU) 2018/1725 Art. 14(4), 17(4)"),
        LegalStatement(.meanings, "Reg. (EU) 2018/1725 Art. 14(1)"),
    ]

    /// In the order of DSG Art. 25(2): a controller, b the data, c purpose, d retention, e origin, f decisions, g recipients.
    private static let swiss = [
        LegalStatement(.confirmation, "DSG Art. 25(1)"),
        LegalStatement(.controller, "DSG Art. 25(2)(a)"),
        LegalStatement(.officer, "DSG Art. 10, 14"),
        LegalStatement(.categories, "DSG Art. 25(2)(b)"),
        LegalStatement(.copy, "DSG Art. 25(2)(b)"),
        LegalStatement(.purposes, "DSG Art. 25(2)(c)"),
        LegalStatement(.retention, "DSG Art. 25(2)(d)"),
        LegalStatement(.sources, "DSG Art. 25(2)(e)"),
        LegalStatement(.automatedDecisions, "DSG Art. 25(2)(f), 21"),
        LegalStatement(.recipients, "DSG Art. 25(2)(g)"),
        LegalStatement(.transfers, "DSG Art. 25(2)(g), 19(4)"),
        LegalStatement(.rights, "DSG Art. 28, 30, 32"),
        LegalStatement(.complaint, "DSG Art. 49"),
        LegalStatement(.withheld, "DSG Art. 26(4)"),
        LegalStatement(.meanings, "DSV Art. 16"),
    ]

    private static func kingdom(decisions: String, review: String) -> ReportLaw {
        let statements = [
            LegalStatement(.controller, "UK GDPR Art. 4(7), 12(1)"),
            LegalStatement(.officer, "UK GDPR Art. 27, 37, 38(4)"),
            LegalStatement(.confirmation, "UK GDPR Art. 15(1), 15(1A)"),
            LegalStatement(.purposes, "UK GDPR Art. 15(1)(a)"),
            LegalStatement(.categories, "UK GDPR Art. 15(1)(b)"),
            LegalStatement(.recipients, "UK GDPR Art. 15(1)(c)"),
            LegalStatement(.transfers, "UK GDPR Art. 15(2), 46"),
            LegalStatement(.retention, "UK GDPR Art. 15(1)(d)"),
            LegalStatement(.sources, "UK GDPR Art. 15(1)(g)"),
            LegalStatement(.automatedDecisions, decisions),
            LegalStatement(.rights, "UK GDPR Art. 15(1)(e)"),
            LegalStatement(.complaint, "UK GDPR Art. 15(1)(f), 77; DPA 2018 s.164A"),
            LegalStatement(.copy, "UK GDPR Art. 15(3)"),
            LegalStatement(.withheld, "UK GDPR Art. 12(4), 15(4); DPA 2018 Sch. 2-4"),
            LegalStatement(.meanings, "UK GDPR Art. 12(1)"),
        ]
        return ReportLaw(
            "UK General Data Protection Regulation", .gdpr, statements,
            rights: rights(
                "UK GDPR Art. 16", "UK GDPR Art. 17", "UK GDPR Art. 18", "UK GDPR Art. 21", "UK GDPR Art. 20",
                "UK GDPR Art. 7(3)", review), home: ["GB"], judicialRemedy: remedy("UK GDPR Art. 79"))
    }

    private static func remedy(_ citation: String) -> String { "You can also seek a judicial remedy (\(citation))." }

    // MARK: rights

    /// The rights of the GDPR, under the articles of a law that took them over.
    private static func rights(
        _ rectification: String, _ erasure: String, _ restriction: String, _ objection: String, _ portability: String,
        _ withdrawal: String, _ review: String
    ) -> [RightRule] {
        [
            RightRule(
                "Rectification", "You can have data corrected that are wrong, and completed that are incomplete.",
                rectification),
            RightRule(
                "Erasure",
                "You can have data erased on the grounds that the article names. What a law obliges us to keep is kept; "
                    + "how long is said under “\(ReportItem.retention.title)”.", erasure),
            RightRule(
                "Restriction of processing", "You can have processing restricted in the cases that the article names.",
                restriction),
            RightRule(
                "Objection",
                "You can object, on grounds relating to your particular situation, because these data are processed for "
                    + "a legitimate interest or a public task.", objection,
                .grounds([.legitimateInterests, .publicTask])),
            RightRule(
                "Data portability",
                "You can have these data, which you provided or which were observed of you under a contract or your "
                    + "consent, in a machine-readable format, and have them sent to another controller.", portability,
                .portable([.consent, .contract])),
            RightRule(
                "Withdrawal of consent",
                "You can withdraw your consent at any time. What was done before stays lawful.", withdrawal,
                .grounds([.consent])),
            RightRule(
                "Human intervention",
                "You can have a human being look at the decision, say what you think of it, and contest it.", review,
                .decisions),
        ]
    }
}
