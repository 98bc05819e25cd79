/// Names and types of columns that say what kind of data they hold.
enum FieldWords {
    /// Facts about a person beyond name and address.
    static func isPersonal(_ column: StudiedColumn) -> Bool { category(column) != nil }

    /// The category of a fact about a person, if the name says so.
    static func category(_ column: StudiedColumn) -> String? {
        if isLocation(column) { return location }
        guard column.words.hasAny(facts), !column.words.hasAny(notFacts) else { return nil }
        return categories.first { column.words.hasAny($0.words) }?.category
    }

    /// The category of where somebody is, or something.
    static let location = "location"

    /// Text in which people write about people.
    static func isFreeText(_ column: StudiedColumn) -> Bool {
        (column.isText || column.isDocument) && column.words.hasAny(freeText) && !column.words.hasAny(notFreeText)
    }

    /// What identifies a machine or a visit.
    static func isOnline(_ column: StudiedColumn) -> Bool {
        if column.isAddressOfMachine { return true }
        return (column.isText || column.column.baseType == "uuid")
            && (column.words.hasAny(online) || column.words.last == "ip")
    }

    /// What the person chose for themselves.
    static func isPreference(_ column: StudiedColumn) -> Bool { column.words.hasAny(preferences) }

    /// What the product notes down by itself: moments, counters.
    static func isObserved(_ column: StudiedColumn) -> Bool {
        if column.isMoment { return column.words.hasAny(moments) }
        return column.isNumber && counters.contains(column.words.last)
    }

    /// Keys of files in a store.
    static func isFileKey(_ column: StudiedColumn) -> Bool {
        column.isText
            && (column.words.hasAny(fileKeys)
                || (column.words.list.count == 1 && wholeFileKeys.contains(column.words.last)))
    }

    private static func isLocation(_ column: StudiedColumn) -> Bool {
        if locationTypes.contains(column.column.baseType) { return true }
        return (column.isNumber || column.isText) && column.words.hasAny(locations) && !column.words.hasAny(frames)
    }

    private static let locationTypes: Set<String> = ["geometry", "geography", "point"]
    private static let locations: Set<String> = ["lat", "lng", "lon", "latitude", "longitude", "geolocation", "gps"]
    /// Words for the frame of a map: `top_left_latitude` is where nobody is.
    private static let frames: Set<String> = [
        "top", "bottom", "left", "right", "corner", "min", "max", "bbox", "bounds", "viewport", "north", "south",
    ]
    /// The first that fits wins.
    private static let categories: [(category: String, words: Set<String>)] = [
        (
            "health data",
            [
                "diagnosis", "diagnoses", "allergy", "allergies", "medication", "medications", "disability",
                "prescription",
                "symptom", "symptoms", "pregnant", "pregnancy", "diagnose", "krankheit", "bloodtype", "bloodgroup",
            ]
        ),
        (
            "special categories of data",
            ["religion", "ethnicity", "race", "political", "konfession", "sexualorientation"]
        ),
        (
            "official identifiers",
            [
                "ssn", "passport", "nino", "nif", "cpf", "steuernummer", "taxid", "vatid", "socialsecurity",
                "nationalid",
                "taxnumber", "licencenumber", "licensenumber",
            ]
        ),
        (
            "financial data",
            ["iban", "bic", "salary", "income", "gehalt", "wage", "cardnumber", "accountnumber", "bankaccount"]
        ),
        (
            "personal details",
            [
                "birthday", "birthdate", "dob", "born", "birth", "gender", "sex", "nationality", "geburtsdatum",
                "geschlecht", "age", "citizenship", "pronouns", "dateofbirth", "maritalstatus",
            ]
        ),
    ]
    private static let facts = categories.reduce(into: Set<String>()) { $0.formUnion($1.words) }
    private static let notFacts: Set<String> = ["count", "enabled", "verified", "required"]
    private static let freeText: Set<String> = [
        "note", "notes", "comment", "comments", "remark", "remarks", "message", "body", "bio", "feedback", "transcript",
        "complaint", "bemerkung", "notiz", "kommentar",
    ]
    private static let notFreeText: Set<String> = ["id", "type", "count", "template"]
    private static let online: Set<String> = [
        "ipaddress", "ipaddr", "useragent", "deviceid", "clientip", "fingerprint", "referer", "imei", "idfa", "gaid",
        "remoteaddr", "lastip", "cookie",
    ]
    private static let preferences: Set<String> = [
        "settings", "preferences", "preference", "locale", "language", "lang", "timezone", "newsletter", "theme",
        "optin",
    ]
    private static let counters: Set<String> = [
        "count", "counter", "attempts", "hits", "views", "tokens", "visits", "clicks",
    ]
    private static let fileKeys: Set<String> = [
        "storagekey", "filepath", "objectkey", "blobkey", "s3key", "filekey", "attachmentpath", "imagepath",
        "photopath",
        "pdfkey", "pdfpath", "storagepath", "documentpath", "mediapath", "avatarpath", "uploadpath", "bucketkey",
        "fileurl",
        "attachmenturl",
    ]
    private static let wholeFileKeys: Set<String> = ["attachment", "file", "filepath"]
    private static let moments: Set<String> = [
        "created", "updated", "modified", "inserted", "deleted", "removed", "archived", "seen", "login", "logged",
        "sent",
        "read", "delivered", "expires", "expired", "expiry", "verified", "confirmed", "completed", "started",
        "finished",
        "ended", "processed", "synced", "revoked", "used", "visited", "clicked", "opened", "joined", "registered",
        "occurred", "last", "timestamp", "changed", "accessed", "activated", "createdat", "updatedat", "deletedat",
        "ts",
        "received", "generated", "recorded", "imported",
    ]
}

/// Numbers as people read them.
enum Numerals {
    /// `1234567` → `1,234,567`.
    static func grouped(_ number: Double) -> String {
        let digits = String(Int64(max(0, min(number, 9e15)).rounded()))
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0 && (digits.count - index) % 3 == 0 { text += "," }
            text.append(digit)
        }
        return text
    }
}
