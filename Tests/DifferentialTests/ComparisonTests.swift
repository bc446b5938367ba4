import Bytes
import Foundation
import Testing

/// What counts as alike, and what does not.
@Suite struct ComparisonTests {
    private static let ids = [
        "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222",
    ]

    /// What two servers are told to have said, each in answers that follow one another.
    private func areAlike(
        _ left: [String], _ right: [String], isOrdered: Bool = false
    ) throws -> Bool {
        let both = try [left, right].map { answers in
            let translator = Translator()
            return try answers.map { text in
                let tree = AnswerTree(try JSONDocument(parsing: Array(text.utf8)).root)
                tree.name(translator, "id", isOrdered: isOrdered)
                return tree.words(translator, isOrdered: isOrdered)
            }
        }
        return both[0] == both[1]
    }

    @Test func `rows without an order are a set, but with one they are not`() throws {
        let (left, right) = (#"[{"a":1},{"a":2}]"#, #"[{"a":2},{"a":1}]"#)
        #expect(try areAlike([left], [right]))
        #expect(try !areAlike([left], [right], isOrdered: true))
        #expect(try !areAlike([left], [#"[{"a":1},{"a":1}]"#]))
    }

    @Test func `elements of a value are in an order, members are in none`() throws {
        #expect(try !areAlike(["[1,2]"], ["[2,1]"]))
        #expect(try areAlike([#"{"a":1,"b":[2]}"#], [#"{"b":[2],"a":1}"#]))
    }

    @Test(arguments: [("1", "1.0"), ("1.50", "1.5"), ("1e2", "100"), ("0", "-0")])
    func `numbers are as they are written`(left: String, right: String) throws {
        #expect(try !areAlike([left], [right]))
    }

    @Test func `ids of the server's are told apart by when they came to be seen`() throws {
        let (one, two) = (Self.ids[0], Self.ids[1])
        let left = [#"[{"n":1,"id":"\#(one)"},{"n":2,"id":"\#(two)"}]"#, #"{"id":"\#(one)"}"#]
        let same = [#"[{"n":2,"id":"\#(one)"},{"n":1,"id":"\#(two)"}]"#, #"{"id":"\#(two)"}"#]
        let other = [same[0], #"{"id":"\#(one)"}"#]
        #expect(try areAlike(left, same))
        #expect(try !areAlike(left, other))
    }

    @Test func `an id that a request brought is what it is`() throws {
        let (one, two) = (ColumnKind.uuids[0], ColumnKind.uuids[1])
        #expect(try !areAlike([quoted(one)], [quoted(two)]))
    }

    @Test func `numbers that the server gives rows are told apart in the same way`() throws {
        let left = [#"{"serial_books":1}"#, #"{"serial_books__2":1}"#]
        #expect(try areAlike(left, [#"{"serial_books":3}"#, #"{"serial_books__2":3}"#]))
        #expect(try !areAlike(left, [#"{"serial_books":3}"#, #"{"serial_books__2":1}"#]))
        #expect(try !areAlike([#"{"serial_books":1001}"#], [#"{"serial_books":1002}"#]))
        let details = (5...6).map { quoted("Key (serial_books)=(\($0)) already exists.") }
        #expect(try areAlike([details[0]], [details[1]]))
    }

    @Test func `the time of the run is the same everywhere, other times are not`() throws {
        let now = Date.now.formatted(.iso8601)
        #expect(try areAlike([quoted(now)], [quoted(now.replacing("Z", with: ".123+00:00"))]))
        #expect(try !areAlike([quoted("2024-01-01T00:00:00Z")], [quoted("2024-01-02T00:00:00Z")]))
    }

    @Test func `a symbol becomes what the server it goes to has made`() throws {
        let translator = Translator()
        #expect(translator.translate("a=⟦id:4⟧,⟦serial_x:0⟧") == "a=\(Mark.nobody),999")
        for id in Self.ids { translator.name(Mark(kind: "id", value: id), "id") }
        #expect(translator.translate("⟦id:0⟧⟦id:1⟧⟦id:2⟧") == Self.ids.joined() + Self.ids[0])
        #expect(translator.translate("⟦uid:0⟧ [a] ⟦x") == "\(Mark.nobody) [a] ⟦x")
    }
}
