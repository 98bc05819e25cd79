import Notifying
import RightsCore
import Testing

/// Which language somebody is written to in.
@Suite struct LanguageTests {
    @Test(
        arguments: zip(
            [
                "de", "de-AT,de;q=0.9,en;q=0.8", "fr,de;q=0.5", "en-GB;q=0.4, DE;q=0.7", "en,de", "de;q=0,en;q=0.1",
                "de;q=0",
                "*", "", "de;q=x,en;q=0.1", "de;q=7", ",;=,", "fr", " de ;q=1",
            ],
            [
                Language.german, .german, .german, .german, .english, .english, .english, .english, .english, .english,
                .english,
                .english, .english, .german,
            ]))
    func followsAcceptLanguage(header: String, language: Language) {
        #expect(Language(accepting: header) == language)
    }

    @Test func withoutAHeaderItIsEnglish() {
        #expect(Language(accepting: nil) == .english)
    }

    @Test(
        arguments: zip(
            ["de", "de_CH", "DE-at", "en", "fr", "", nil],
            [Language.german, .german, .german, .english, .english, .english, .english]))
    func followsAStoredCode(code: String?, language: Language) {
        #expect(Language(code: code) == language)
    }
}
