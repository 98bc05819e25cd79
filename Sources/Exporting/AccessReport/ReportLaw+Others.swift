internal import DataMap

// Laws without a shape of their own: they get the GDPR's, under their own name and provision.
extension ReportLaw {
    static let others: [(String, ReportLaw)] = names.map { id, name, citation in
        (id, plain(name, citation, home: [id.hasPrefix("US-") ? "US" : String(id.prefix(2))]))
    }

    /// The GDPR's shape under another name and provision.
    static func plain(_ name: String, _ citation: String, home: Set<String> = []) -> ReportLaw {
        ReportLaw(name, .gdpr, items.map { LegalStatement($0, citation) }, rights: rights(citation), home: home)
    }

    private static let items: [ReportItem] = [
        .controller, .officer, .confirmation, .purposes, .categories, .recipients, .transfers, .retention, .sources,
        .automatedDecisions, .rights, .complaint, .copy, .withheld, .meanings,
    ]

    private static func rights(_ citation: String) -> [RightRule] {
        [
            RightRule(
                "Correction", "You can have data corrected that are wrong, as far as the law grants it.", citation),
            RightRule("Deletion", "You can have data deleted, as far as the law grants it.", citation),
            RightRule(
                "Withdrawal of consent", "You can withdraw your consent, as far as the law grants it.", citation,
                .grounds([.consent])),
        ]
    }

    private static let names: [(String, String, String)] = [
        ("US-HIPAA", "HIPAA Privacy Rule (United States)", "45 CFR 164.524"),
        ("BR-LGPD", "Lei Geral de Proteção de Dados (Brazil)", "LGPD Art. 18, 19"),
        ("BR-LGPD-SMALL", "Lei Geral de Proteção de Dados (Brazil)", "LGPD Art. 18, 19"),
        (
            "CA-PIPEDA", "Personal Information Protection and Electronic Documents Act (Canada)",
            "PIPEDA s.8, Sch.1 cl.4.9"
        ),
        (
            "CA-QC-LAW25", "Act respecting personal information in the private sector (Québec)",
            "CQLR c. P-39.1 ss. 27-34"
        ),
        ("AU-APP", "Privacy Act 1988 (Australia)", "Privacy Act 1988 Sch.1 APP 12, 13"),
        ("NZ-PA2020", "Privacy Act 2020 (New Zealand)", "Privacy Act 2020 ss. 22, 44"),
        ("SG-PDPA", "Personal Data Protection Act 2012 (Singapore)", "PDPA 2012 ss. 21-22A"),
        ("JP-APPI", "Act on the Protection of Personal Information (Japan)", "APPI Arts. 33-39"),
        ("KR-PIPA", "Personal Information Protection Act (Korea)", "PIPA Arts. 35-38"),
        ("CN-PIPL", "Personal Information Protection Law (China)", "PIPL Arts. 44-50"),
        ("CN-PIPL-APP", "Personal Information Protection Law (China)", "PIPL Arts. 44-50"),
        ("IN-DPDP", "Digital Personal Data Protection Act 2023 (India)", "DPDP Act 2023 ss. 11-14"),
        ("ZA-POPIA", "Protection of Personal Information Act (South Africa)", "POPIA ss. 23-25"),
        ("TH-PDPA", "Personal Data Protection Act B.E. 2562 (Thailand)", "PDPA B.E. 2562 s. 30"),
        ("TR-KVKK", "Kişisel Verilerin Korunması Kanunu (Türkiye)", "Law 6698 Arts. 11, 13"),
        ("MX-LFPDPPP", "Ley Federal de Protección de Datos Personales (Mexico)", "LFPDPPP 2025"),
        ("AR-25326", "Ley 25.326 de Protección de los Datos Personales (Argentina)", "Ley 25.326 Arts. 14, 16"),
        ("CL-21719", "Ley 19.628 as amended by Ley 21.719 (Chile)", "Ley 19.628"),
        ("ID-PDP", "Undang-Undang Pelindungan Data Pribadi (Indonesia)", "UU 27/2022"),
        ("KE-DPA", "Data Protection Act 2019 (Kenya)", "Data Protection (General) Regulations 2021"),
        ("SA-PDPL", "Personal Data Protection Law (Saudi Arabia)", "PDPL Implementing Regulation"),
        ("HK-PDPO", "Personal Data (Privacy) Ordinance (Hong Kong)", "Cap. 486 ss. 18-23"),
        ("TW-PDPA", "Personal Data Protection Act (Taiwan)", "PDPA Arts. 3, 10, 13"),
    ]
}
