// The laws of California and the other states, as tables.
extension ReportLaw {
    static let american: [(String, ReportLaw)] =
        ["CCPA", "CCPA-OPTOUT", "CA-DELETE-ACT"].map { ($0, california) }
        + states.map { id, name, citation, list in
            (
                id,
                ReportLaw(
                    name, .ccpa, statements(citing: citation, neverDisclosed: list),
                    rights: stateRights(name, citation), neverDisclosed: list)
            )
        }

    private static let california = ReportLaw(
        "California Consumer Privacy Act of 2018, as amended (Cal. Civ. Code § 1798.100 ff.)", .ccpa,
        [
            LegalStatement(.controller, "Cal. Civ. Code § 1798.140(d)"),
            LegalStatement(.confirmation, "Cal. Civ. Code § 1798.110(a)"),
            LegalStatement(.categories, "Cal. Civ. Code § 1798.110(a)(1); 11 CCR § 7024(k)"),
            LegalStatement(.sources, "Cal. Civ. Code § 1798.110(a)(2)"),
            LegalStatement(.purposes, "Cal. Civ. Code § 1798.110(a)(3)"),
            LegalStatement(.recipients, "Cal. Civ. Code § 1798.110(a)(4)"),
            LegalStatement(.soldOrShared, "Cal. Civ. Code § 1798.115(a)(1)-(2); 11 CCR § 7024(k)"),
            LegalStatement(.businessDisclosures, "Cal. Civ. Code § 1798.115(a)(3); 11 CCR § 7024(k)"),
            LegalStatement(.copy, "Cal. Civ. Code § 1798.110(a)(5)"),
            LegalStatement(.inferences, "Cal. Civ. Code § 1798.140(v)(1)(K); AG Opinion 20-303"),
            LegalStatement(.lookBack, "Cal. Civ. Code § 1798.130(a)(2)(B); 11 CCR § 7024(h)"),
            LegalStatement(.neverDisclosed, californianList),
            LegalStatement(.retention, "Cal. Civ. Code § 1798.100(a)(3)"),
            LegalStatement(.automatedDecisions, "11 CCR § 7222"),
            LegalStatement(.rights, "Cal. Civ. Code § 1798.105-1798.125"),
            LegalStatement(.complaint, "Cal. Civ. Code § 1798.199.45"),
            LegalStatement(.withheld, "11 CCR § 7024(e)"),
            LegalStatement(.meanings, "Cal. Civ. Code § 1798.130(a)(3)(B)(iii)"),
        ],
        rights: [
            RightRule(
                "Delete", "You can have deleted what was collected from you, with the exceptions of the law.",
                "Cal. Civ. Code § 1798.105"),
            RightRule("Correct", "You can have corrected what is inaccurate.", "Cal. Civ. Code § 1798.106"),
            RightRule(
                "Opt out of sale and sharing", "You can direct us at any time not to sell or share your information.",
                "Cal. Civ. Code § 1798.120"),
            RightRule(
                "Limit the use of sensitive information",
                "You can limit the use and disclosure of sensitive personal information to what the service needs.",
                "Cal. Civ. Code § 1798.121"),
            RightRule(
                "No retaliation", "You are not treated worse for using these rights.", "Cal. Civ. Code § 1798.125"),
            RightRule(
                "Opt out of automated decisions",
                "You can opt out of the use of automated technology for significant decisions, or appeal to a human.",
                "11 CCR § 7221", .decisions),
        ], neverDisclosed: californianList)

    private static let californianList = "11 CCR § 7024(d)"

    /// Id, name, provision on access, and the provision that copies California's never-disclose list.
    private static let states: [(String, String, String, String?)] = [
        ("US-VA", "Virginia Consumer Data Protection Act", "Va. Code § 59.1-577", nil),
        ("US-CO", "Colorado Privacy Act", "C.R.S. § 6-1-1306", nil),
        (
            "US-CT", "Connecticut Data Privacy Act", "Conn. Gen. Stat. § 42-518",
            "Conn. Gen. Stat. § 42-518 as amended by SB 1295"
        ),
        ("US-UT", "Utah Consumer Privacy Act", "Utah Code § 13-61-201", nil),
        ("US-TX", "Texas Data Privacy and Security Act", "Tex. Bus. & Com. Code § 541.051", nil),
        ("US-OR", "Oregon Consumer Privacy Act", "ORS 646A.574", nil),
        (
            "US-MT", "Montana Consumer Data Privacy Act", "Mont. Code § 30-14-2808",
            "Mont. Code § 30-14-2808 as amended"
        ),
        ("US-DE", "Delaware Personal Data Privacy Act", "6 Del. C. § 12D-104", nil),
        ("US-IA", "Iowa Consumer Data Protection Act", "Iowa Code § 715D.3", nil),
        ("US-IN", "Indiana Consumer Data Protection Act", "Ind. Code § 24-15-3", nil),
        ("US-TN", "Tennessee Information Protection Act", "Tenn. Code § 47-18-3304", nil),
        ("US-NH", "New Hampshire Privacy Act", "RSA 507-H:4", nil),
        ("US-NJ", "New Jersey Data Privacy Act", "N.J.S.A. 56:8-166.4 ff.", nil),
        ("US-NE", "Nebraska Data Privacy Act", "Neb. Rev. Stat. § 87-1107", nil),
        ("US-MD", "Maryland Online Data Privacy Act", "Md. Code, Com. Law § 14-4705", nil),
        ("US-MN", "Minnesota Consumer Data Privacy Act", "Minn. Stat. § 325M.14", "Minn. Stat. § 325M.14"),
        ("US-KY", "Kentucky Consumer Data Protection Act", "KRS 367.3611-.3629", nil),
        ("US-RI", "Rhode Island Data Transparency and Privacy Protection Act", "R.I. Gen. Laws ch. 6-48.1", nil),
        ("US-FL", "Florida Digital Bill of Rights", "Fla. Stat. § 501.705", nil),
        ("US-NV", "Nevada privacy law (NRS 603A)", "NRS 603A.345", nil),
    ]

    /// California's shape; a state's law asks for less, and is cited as a whole.
    private static func statements(citing citation: String, neverDisclosed: String?) -> [LegalStatement] {
        california.statements.compactMap { statement in
            switch statement.item {
            case .neverDisclosed: neverDisclosed.map { LegalStatement(.neverDisclosed, $0) }
            default: LegalStatement(statement.item, citation)
            }
        }
    }

    private static func stateRights(_ name: String, _ citation: String) -> [RightRule] {
        [
            RightRule(
                "Correct, delete, take with you",
                "You can have data corrected and deleted, and obtain them in a portable format, as far as the \(name) "
                    + "grants it.", citation),
            RightRule(
                "Opt out",
                "You can opt out of targeted advertising, of sale, and of profiling for significant decisions, as far as "
                    + "the \(name) grants it.", citation),
            RightRule("Appeal", "You can appeal against a refusal, as far as the \(name) grants it.", citation),
        ]
    }
}
