/// Things to do, some of them parts of others.
struct TasksTable: DemoTable {
    let name = "tasks"
    let purpose = Purpose.tasks
    let columns = [
        "id", "user_id", "parent_id", "contact_id", "title", "notes", "state", "labels", "position", "estimate",
        "budget", "due_on", "remind_at", "created_at", "completed_at", "deleted_at",
    ]

    func units(of person: Person) -> Int { person.portion.tasks }

    func write(_ unit: Unit, to page: inout Page) throws {
        let person = unit.person
        var random = unit.random
        let key = unit.id(.tasks)
        let topic = person.topic(unit.ordinal)
        let state = random.pick(["open", "open", "waiting", "done", "done", "done", "dropped"])
        page.rows.plain(key)
        page.rows.plain(person.id)
        page.rows.plain(parent(of: unit))
        page.rows.plain(contact(of: unit, &random))
        page.rows.text(unit.text(or: "\(random.pick(Phrases.chores)) “\(topic.title)”"))
        page.rows.text(unit.marked(1, or: random.pick(topic.user)))
        page.rows.plain(state)
        page.rows.text(unit.odd({ $0.arrays }, 1) ?? labels(&random))
        page.rows.plain(unit.odd({ $0.doubles }, 1) ?? "\(unit.ordinal).5")
        page.rows.plain(unit.odd { $0.intervals } ?? random.pick([nil, "00:30:00", "02:00:00", "3 days", "1 mon"]))
        page.rows.plain(unit.odd { $0.numerics } ?? (random.happens(oneIn: 4) ? "\(random.within(5...900)).90" : nil))
        page.rows.plain(unit.odd({ $0.dates }, 1) ?? due(unit, &random)?.date)
        page.rows.plain(unit.odd { $0.localTimes } ?? due(unit, &random)?.localText)
        page.rows.plain(unit.odd { $0.instants } ?? unit.moment.text)
        page.rows.plain(state == "done" ? unit.moment.adding(days: random.within(1...20)).text : nil)
        page.rows.plain(unit.binned())
        try page.endRow(of: person, key: key)
    }

    private func labels(_ random: inout SplitMix64) -> String? {
        random.happens(oneIn: 3) ? nil : "{\(random.pick(Phrases.tags))}"
    }

    private func parent(of unit: Unit) -> String? {
        if unit.ordinal == 0 { return nil }
        if unit.person.trait == .deepTasks { return unit.person.id(.tasks, unit.ordinal - 1) }
        return unit.ordinal % 4 == 3 ? unit.person.id(.tasks, unit.ordinal / 2) : nil
    }

    private func contact(of unit: Unit, _ random: inout SplitMix64) -> String? {
        guard random.happens(oneIn: 3), unit.person.portion.contacts > 0 else { return nil }
        return unit.person.id(.contacts, random.below(unit.person.portion.contacts))
    }

    private func due(_ unit: Unit, _ random: inout SplitMix64) -> Moment? {
        random.happens(oneIn: 2) ? unit.moment.adding(days: random.within(1...30)) : nil
    }
}
