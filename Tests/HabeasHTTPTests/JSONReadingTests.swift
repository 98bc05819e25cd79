import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@testable import HabeasHTTP

/// Bodies in JSON are read by the letter, and problems say where and what, never the content.
@Suite struct JSONReadingTests {
    private func post(_ body: String, type: String = "application/json") async throws -> TestResponse {
        try await SampleServer.server().application.test(.router) { client in
            try await client.execute(
                uri: "/v1/notes", method: .post, headers: [.contentType: type], body: ByteBuffer(string: body))
        }
    }

    @Test func whatFitsIsReadAndAnsweredInSnakeCase() async throws {
        let response = try await post(
            #"{"request_id": "a", "count": 3, "evidence": [{"kind": "id"}], "kind": "erasure"}"#)

        #expect(response.status == .created)
        #expect(response.text == #"{"count":3,"evidence":[{"kind":"id"}],"kind":"erasure","request_id":"a"}"#)
    }

    @Test(arguments: [
        (#"{"request_id": "a", "colour": 1}"#, "http.unknown-field", "'colour' isn't known here"),
        (#"{"requestID": "a"}"#, "http.unknown-field", "'requestID' isn't known here"),
        (
            #"{"request_id": "a", "evidence": [{"kind": "x", "jo@example.com": 1}]}"#, "http.unknown-field",
            "a field in evidence[0] isn't known here"
        ),
        (#"{"request_id": 3}"#, "http.wrong-type", "request_id has to be a text, not a number"),
        (#"{"request_id": "a", "count": "3"}"#, "http.wrong-type", "count has to be a whole number, not a text"),
        (
            #"{"request_id": "a", "count": 3.5}"#, "http.wrong-type",
            "count has to be a whole number within range, not a number"
        ),
        (
            #"{"request_id": "a", "count": 99999999999999999999}"#, "http.wrong-type",
            "count has to be a whole number within range, not a number"
        ),
        (#"{"request_id": "a", "evidence": [{}]}"#, "http.missing-field", "evidence[0].kind is missing"),
        (#"{"request_id": "a", "evidence": {}}"#, "http.wrong-type", "evidence has to be a list, not an object"),
        (#"{"request_id": "a", "kind": "murder"}"#, "http.bad-value", "kind has a value that isn't allowed"),
        (#"{}"#, "http.missing-field", "request_id is missing"),
        (#"[]"#, "http.wrong-type", "the body has to be an object, not a list"),
        (#"{"request_id": null}"#, "http.wrong-type", "request_id has to be a text, not null"),
        (
            #"{"request_id": "a", "request_id": "b"}"#, "http.duplicate-field",
            "'request_id' comes twice in one object, line 1, byte 33"
        ),
        ("", "http.malformed-json", "the text ends where a value is due, at line 1, byte 1"),
        ("{\n\"request_id\": secret}", "http.malformed-json", "no value begins like this, at line 2, byte 15"),
        (#"{"request_id": "a"} x"#, "http.malformed-json", "something follows the value, at line 1, byte 21"),
        (#"{"request_id": "\ud800"}"#, "http.malformed-json", "half of a surrogate pair, at line 1, byte 23"),
        (String(repeating: "[", count: 50), "http.malformed-json", "values are nested too deeply, at line 1, byte 33"),
    ]) func whatDoesNotFitIsNamed(body: String, code: String, detail: String) async throws {
        let response = try await post(body)

        #expect(response.status == .badRequest)
        #expect(response.code == code)
        #expect(response.detail == detail)
        #expect(response.headers[.contentType] == "application/problem+json")
    }

    @Test(arguments: [
        "text/plain", "application/json; charset=latin1", "", "application/x-www-form-urlencoded", "application/jsonx",
    ]) func otherTypesAreRefused(type: String) async throws {
        let response = try await post("{}", type: type)

        #expect(response.status == .unsupportedMediaType)
        #expect(response.code == "http.unsupported-media-type")
    }

    @Test func aLongBodyIsRefused() async throws {
        let response = try await post(#"{"request_id": "\#(String(repeating: "x", count: 70_000))"}"#)

        #expect(response.status == .contentTooLarge)
        #expect(response.code == "http.body-too-large")
    }

    @Test(arguments: [
        (#""\u00e9\ud83d\ude00\n\"""#, JSONValue.string("é😀\n\"")), ("-0.5e+3", .number("-0.5e+3")),
        (" [ true , null ] ", .array([.bool(true), .null])),
        (#"{"a":{}}"#, .object([("a", .object([]))])),
    ]) func valuesAreParsed(text: String, value: JSONValue) throws {
        #expect(try JSONParser.parse(Array(text.utf8)) == value)
    }

    @Test(arguments: [
        "01", "+1", "1.", ".5", "1e", "tru", "\"\u{1}\"", "\"\\x\"", "\"\\u12\"", "[1,]", "{,}", "{\"a\" 1}", "nan",
        "'a'",
        "[1 2]", "\"abc", "\u{feff}1",
    ]) func nonsenseIsRefused(text: String) {
        let problem = #expect(throws: Problem.self) { try JSONParser.parse(Array(text.utf8)) }
        #expect(problem?.code == "http.malformed-json")
    }

    @Test func textThatIsNotUTF8IsRefused() {
        #expect(throws: Problem.self) { try JSONParser.parse([0x22, 0xff, 0x22]) }
        #expect(throws: Problem.self) { try JSONParser.parse([0x22, 0xed, 0xa0, 0x80, 0x22]) }
    }

    @Test(arguments: [
        ("requestID", "request_id"), ("createdAt", "created_at"), ("publicURL", "public_url"), ("kind", "kind"),
        ("idOfRequest", "id_of_request"),
    ]) func namesHaveOneForm(swift: String, json: String) {
        #expect(FieldName.snake(swift) == json)
        #expect(FieldName.properties(json).contains(swift))
    }
}
