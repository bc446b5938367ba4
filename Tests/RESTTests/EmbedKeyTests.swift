import Bytes
import HTTP
import PostgresTestSupport
import Testing

@testable import REST

/// The names that a request gives to what it embeds stand in the statement as text: whatever their
/// characters, they are names.
@Suite(.fewAtOnce) struct EmbedKeyTests {
    static let names = [
        "it's", "''", "'\u{301}", "\u{600}'", "\u{600}'--",
        // What would be the name of somebody that nobody asked for.
        "\u{600}'||(select name from authors where id = 2)||'\u{301}",
    ]

    @Test(arguments: names)
    func `a name keeps its quotation marks, also inside a character`(name: String) async throws {
        let library = try Library()
        let alias = PercentEncoding.encode(component: name)
        let response = await library.send(
            .get, "/books?select=reviews(%22\(alias)%22:stars)&id=eq.1&reviews.id=eq.1")
        var key: [UInt8] = []
        key.append(jsonString: name)
        #expect(response.text == #"[{"reviews":[{\#(String(utf8: key)):5}]}]"#)
    }
}
