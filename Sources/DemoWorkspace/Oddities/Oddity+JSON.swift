extension Oddity {
    /// What only type `json` keeps, two of them not even legal in `jsonb`.
    static let jsonTexts = [
        "{ \"a\" :  1,\n\t\"a\": 2 , \"A\":3 }", #"{"half":"\ud800"}"#, #"{"nul":"\u0000"}"#,
        #"{"big":123456789012345678901234567890,"small":1e-400,"large":1E+400}"#, nested(depth: 200), " [ ] ", "null",
        "  true", "-0", "-0.0e-10", #""\u00e9\/\b\f\"\\""#, #"{"":{"":""}}"#, "[1,\r\n [2, [3, {\"k\" : [ ]}]]]",
        #""text alone""#, "{\"line\":\"\u{2028}\"}", #"{"emoji":"\ud83d\ude42","raw":"🙂"}"#, "1.10", "{}",
        #"{"html":"</script><!--","tab":"\t"}"#, #"{"b":1,"a":2}"#,
    ]

    static let jsonbTexts = [
        #"{"z":1,"a":{"b":[null,true,1.50,1e3]}}"#, "[]", "{}", "null", #""only a string""#,
        "12345678901234567890.0123456789", "-0", "1e300", #"{"":""}"#, #"{"ключ":"значение","絵":"🎨"}"#,
        #"{"line":"a\nb\r\u2028\u0001\u007f"}"#, #"{"<script>":"</script>"}"#, nested(depth: 200), "1.10", "false",
        #"{"slash":"\\","quote":"\"","solidus":"\/"}"#, #"["\\N","\\.",""]"#,
    ]

    private static func nested(depth: Int) -> String {
        String(repeating: #"{"in":["#, count: depth / 2) + "1" + String(repeating: "]}", count: depth / 2)
    }
}
