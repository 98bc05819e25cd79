import ArchiveFormat
import Testing

@Suite struct SafeNameTests {
    @Test(arguments: [
        ("invoice.pdf", "invoice.pdf"), ("CON.txt", "_CON.txt"), ("con", "_con"), ("COM0.txt", "_COM0.txt"),
        ("LPT1 .x", "_LPT1 .x"),
        ("a/../../b", "a_.._.._b"), ("..", "file"), ("", "file"), (" . ", "file"), ("name. ", "name"),
        ("a\u{0}b\nc", "a_b_c"), ("50%.txt", "50_.txt"), ("e\u{301}.txt", "\u{E9}.txt"), ("a:b|c?", "a_b_c_"),
        ("\u{202E}gpj.exe", "_gpj.exe"), ("👩‍👩‍👧.png", "👩‍👩‍👧.png"), ("-rf", "-rf"),
    ])
    func makesNamesEverySystemHolds(original: String, safe: String) { #expect(SafeName.file(original) == safe) }

    @Test func longNamesKeepTheirEnding() {
        let name = SafeName.file(String(repeating: "ü", count: 300) + ".tar.gz")
        #expect(name.utf8.count <= 100)
        #expect(name.hasSuffix(".gz"))
        #expect(SafeName.file(String(repeating: "x", count: 300)).utf8.count == 100)
        let marked = SafeName.file("a" + String(repeating: "\u{301}", count: 300) + ".txt")
        #expect(marked.unicodeScalars.first == "á" && marked.hasSuffix(".txt") && marked.utf8.count <= 100)
        #expect(SafeName.file("\u{200D}") == "file")
    }

    @Test func foldersStayApartIgnoringCase() {
        let keys = [["a"], ["A"], ["a_b"], ["a", "b"], ["a/b"], [""], ["ä"], ["Ä"], ["a-b"]]
        let folders = keys.map { SafeName.folder($0).lowercased() }

        #expect(Set(folders).count == keys.count)
        #expect(SafeName.folder(["b3a9bf7c-991c-404e-b23f-81617ea11f83"]) == "b3a9bf7c-991c-404e-b23f-81617ea11f83")
        #expect(SafeName.folder(["12", "3"]) == "12_3")
    }
}
