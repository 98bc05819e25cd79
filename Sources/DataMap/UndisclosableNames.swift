/// Guesses from names which columns hold what some laws forbid to hand out even to the person (11 CCR § 7024(d)).
enum UndisclosableNames {
    /// What the column sounds like, if anything.
    static func kind(_ column: CatalogueColumn, words: NameWords) -> NeverDisclosed.Kind? {
        guard types.contains(column.baseType), !about.contains(words.last) else { return nil }
        return names.first { words.hasAny($0.words) }?.kind
    }

    private static let types: Set<String> = ["text", "varchar", "bpchar", "citext", "bytea", "int4", "int8", "numeric"]
    /// Last words that speak about such a value instead of holding it.
    private static let about: Set<String> = [
        "count", "type", "kind", "country", "at", "on", "status", "verified", "valid",
    ]
    private static let names: [(kind: NeverDisclosed.Kind, words: Set<String>)] = [
        (.socialSecurityNumber, ["ssn", "socialsecurity"]),
        (
            .governmentID,
            [
                "passport", "nationalid", "licencenumber", "licensenumber", "driverlicense", "driverslicense", "nino",
                "cpf", "steuernummer", "taxid", "taxnumber",
            ]
        ),
        (.financialAccount, ["iban", "bankaccount", "accountnumber", "cardnumber", "creditcard"]),
        (.healthInsuranceID, ["healthinsurance", "insurancenumber", "medicalid", "nhsnumber"]),
        (.securityAnswer, ["securityanswer", "securityquestion"]),
        (.biometric, ["biometric", "faceprint", "voiceprint", "irisscan"]),
    ]
}
