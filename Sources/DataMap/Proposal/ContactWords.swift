/// Column names that hold ways to reach or address a person.
enum ContactWords {
    /// Whether the name speaks of an e-mail address.
    static func isEmail(_ column: StudiedColumn) -> Bool {
        column.isText && column.words.hasAny(emails) && !column.words.hasAny(notEmails)
    }

    /// Whether the name speaks of a name that a person signs in or is known by.
    static func isUserName(_ column: StudiedColumn) -> Bool {
        column.isText && column.words.hasAny(userNames) && !column.words.hasAny(notUserNames)
    }

    /// Whether the name speaks of a telephone.
    static func isPhone(_ column: StudiedColumn) -> Bool {
        (column.isText || column.isWhole) && column.words.hasAny(phones) && !column.words.hasAny(notPhones)
    }

    /// Whether the name speaks of a postal address or a part of one.
    static func isPostal(_ column: StudiedColumn) -> Bool {
        guard column.words.hasAny(postal), !column.words.hasAny(notPostal) else { return false }
        return column.isText || column.isDocument || column.column.kind == "c"
    }

    /// Whether the name speaks of a person's name; `name` alone says so only where rows are people.
    static func isPersonName(_ column: StudiedColumn, rowsArePeople: Bool) -> Bool {
        guard column.isText else { return false }
        return column.words.hasAny(personNames)
            || (rowsArePeople && column.words.list.count == 1 && namesOfPeople.contains(column.words.last))
    }

    private static let emails: Set<String> = ["email", "emailaddress", "mail", "courriel", "correo"]
    private static let notEmails: Set<String> = [
        "verified", "confirmed", "notification", "notifications", "template", "subject", "body", "id",
    ]
    private static let userNames: Set<String> = [
        "username", "login", "handle", "nickname", "loginname", "screenname", "benutzername",
    ]
    private static let notUserNames: Set<String> = ["at", "count", "ip", "date", "last", "id"]
    private static let phones: Set<String> = [
        "phone", "mobile", "telephone", "tel", "fax", "cell", "msisdn", "whatsapp", "telefon", "handy", "phonenumber",
    ]
    private static let notPhones: Set<String> = ["verified", "confirmed", "count", "id", "type"]
    private static let postal: Set<String> = [
        "address", "street", "city", "zip", "zipcode", "postcode", "postalcode", "addr", "town", "strasse", "straße",
        "ort",
        "plz", "adresse", "house", "apartment",
    ]
    private static let notPostal: Set<String> = ["ip", "mac", "email", "url", "web", "wallet", "id", "type"]
    private static let personNames: Set<String> = [
        "firstname", "lastname", "fullname", "givenname", "familyname", "surname", "middlename", "displayname",
        "nickname",
        "maidenname", "realname", "preferredname", "username", "fname", "lname", "forename", "vorname", "nachname",
        "initials", "salutation", "prenom",
    ]
    private static let namesOfPeople: Set<String> = ["name", "title", "names"]
}
