/// What people say about themselves.
struct ProfilesTable: DemoTable {
    let name = "profiles"
    let purpose = Purpose.profiles
    let columns = [
        "user_id", "preferredName", "job_title", "bio", "phone", "locale", "timeZone", "birthday", "hourly_rate",
        "reminder_lead", "working_days", "preferences", "wants_newsletter", "updated_at",
    ]

    func units(of person: Person) -> Int { person.portion.profiles }

    func write(_ unit: Unit, to page: inout Page) throws {
        let person = unit.person
        var random = unit.random
        page.rows.plain(person.id)
        page.rows.text(unit.text(1, or: person.name.first))
        page.rows.plain(random.happens(oneIn: 4) ? nil : random.pick(Phrases.jobTitles))
        page.rows.text(unit.marked(2, or: "Likes trains, bread and a tidy desk. Invited by"))
        page.rows.text(unit.text(3, or: "+49 30 555\(random.within(1000...9999))"))
        page.rows.plain(random.pick(Phrases.locales))
        page.rows.plain(random.pick(Phrases.timeZones))
        page.rows.plain(unit.odd({ $0.dates }, 2) ?? birthday(&random))
        page.rows.plain(unit.odd { $0.numerics } ?? "\(random.within(18...140)).50")
        page.rows.plain(unit.odd { $0.intervals } ?? random.pick(["00:15:00", "1 day", "2 days 03:00:00"]))
        page.rows.text(unit.odd { $0.arrays } ?? random.pick(["{mon,tue,wed,thu,fri}", "{tue,thu}", "{}"]))
        page.rows.text(unit.odd { $0.jsonTexts } ?? preferences(&random))
        page.rows.boolean(random.happens(oneIn: 3) ? nil : random.happens(oneIn: 2))
        page.rows.plain(unit.odd({ $0.instants }, 3) ?? unit.moment.text)
        try page.endRow(of: person, key: person.id)
    }

    private func preferences(_ random: inout SplitMix64) -> String {
        #"{ "digest": "\#(random.pick(["daily", "weekly", "never"]))", "quietHours": [22, 7] }"#
    }
}

/// A birthday between 1950 and 2005.
func birthday(_ random: inout SplitMix64) -> String {
    let month = random.within(1...12)
    let day = random.within(1...28)
    return "\(random.within(1950...2005))-\(month < 10 ? "0" : "")\(month)-\(day < 10 ? "0" : "")\(day)"
}
