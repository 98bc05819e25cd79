import DataMap
import Testing

@Suite struct MapMarksTests {
    @Test func findsMarksWithLineAndPath() {
        let text = """
            # guess: not behind a value, but a mark of its own
            service: shop  # guess: the database's name
            controller:
              name: "a # guess: in quotes"  # decide: who?
              contact: it's # guess: behind an apostrophe
            collections:
              "odd name":
                paths: ['x # guess: no']  # guess: yes
                fields:
                  "a: b": c  # guess: d
                # decide: files?
            not_included:
              - { table: a.b, reason: "#" }  # guess: first
              - { table: a.c, reason: x }  # about this: no mark
              - { table: a.d, reason: x }  # guess: third
            # decide: app.x: what?
            """
        let marks = MapMarks.marks(in: text)
        #expect(
            marks.map { "\($0.line) \($0.path) \($0.note.text)" } == [
                "1  guess: not behind a value, but a mark of its own", "2 service guess: the database's name",
                "4 controller.name decide: who?", "5 controller.contact guess: behind an apostrophe",
                "8 collections.odd name.paths guess: yes", "10 collections.odd name.fields.a: b guess: d",
                "11 collections.odd name decide: files?", "13 not_included[0] guess: first",
                "15 not_included[2] guess: third", "16  decide: app.x: what?",
            ])
    }

    @Test func eachIsAWarningThatBlocksNothing() {
        let findings = MapMarks.findings(in: "service: shop  # guess: why\n")
        #expect(findings.map(\.code) == [.unconfirmedGuess])
        #expect(findings.allSatisfy { $0.severity == .warning && !$0.blocksExport && $0.object == "line 1, service" })
    }
}
