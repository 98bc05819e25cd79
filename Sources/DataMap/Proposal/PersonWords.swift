/// Nouns that a table of people bears, and how surely.
enum PersonWords {
    /// How surely one row is one person, by the singular noun.
    static let scores: [String: Int] = [
        "user": 100, "customer": 92, "patient": 92, "person": 85, "member": 85, "employee": 80, "client": 75,
        "student": 80, "subscriber": 75, "account": 70, "contact": 60, "participant": 60, "applicant": 70,
        "candidate": 65, "donor": 75, "volunteer": 75, "teacher": 70, "pupil": 75, "resident": 65, "citizen": 75,
        "passenger": 70, "driver": 60, "player": 65, "guest": 60, "visitor": 55, "profile": 55, "lead": 50, "staff": 65,
        "author": 45, "worker": 65, "tenant": 30, "individual": 70, "attendee": 60, "buyer": 65, "shopper": 70,
        "seller": 55, "doctor": 55, "physician": 55, "nurse": 55, "agent": 40, "login": 45, "usuario": 100,
        "benutzer": 100, "kunde": 92, "kunden": 92, "mitglied": 85, "mitglieder": 85, "mitarbeiter": 80, "cliente": 90,
        "utilisateur": 100, "personne": 85, "personen": 85, "patienten": 92, "utente": 100, "persona": 80,
        "gebruiker": 100, "klant": 92, "personal": 40, "people": 85,
    ]

    /// Every such noun.
    static let nouns = Set(scores.keys)
}
