import Schema
import Testing

@testable import Clients

/// The reference page of a project.
@Suite struct PageTests {
    private func page(_ catalogue: Catalogue, title: String = "a project") -> String {
        ReferencePage(
            catalogue, title: title, url: "http://127.0.0.1:54321", key: "KEY-OF-ANYBODY", version: "1"
        ).text
    }

    @Test func `every model and field has its place, and rules their words`() throws {
        let catalogue = try Fixture.catalogue(Fixture.sample)
        let text = page(catalogue)
        for model in catalogue.models {
            #expect(text.contains("<h2 id=\"model-\(model.name)\">"))
            for column in model.columns { #expect(text.contains("<code>\(column.name)</code>")) }
        }
        for phrase in [
            "Rows where <code>owner_id</code> is the caller&#39;s id.", "2 to 32 characters.",
            "Matches <code>^[a-z0-9_]+$</code>.", "One of <code>&quot;member&quot;</code>",
            "<code>select=*,author(*)</code>", "Rows where any of these is so:",
            "stays as it is",
        ] {
            #expect(text.contains(phrase), "\(phrase)")
        }
        #expect(text.contains("KEY-OF-ANYBODY"))
    }

    @Test func `nothing that an author writes is markup`() throws {
        let evil = "</pre><script>alert('&\\\"')</script>"
        let catalogue = try Fixture.things(
            """
            {"description": "\(evil)",
             "properties": {"c": {"type": "string", "description": "\(evil)", "enum": ["\(evil)"],
                                  "default": "\(evil)"},
                            "p": {"type": "string", "pattern": "<script>"}},
             "checks": {"k": "c <> '<script>'"},
             "access": {"read": "c = '<script>'", "create": true, "update": "coalesce(c, '<script>') = c"}}
            """)
        let text = page(catalogue, title: "</title><script>")
        #expect(!text.contains("<script") && !text.contains("</pre><script"))
        #expect(text.contains("&lt;script&gt;alert(&#39;&amp;"))
    }

    @Test func `snippets are of what clients may do`() throws {
        let catalogue = try Fixture.catalogue()
        let rows = ExampleRows(catalogue)
        func uses(_ name: String) throws -> [SnippetUse] {
            SnippetModel(try #require(catalogue.model(name)), rows).uses
        }
        #expect(try uses("everything") == [.read, .insert, .update, .subscribe])
        #expect(try uses("owners") == [.read, .insert, .update, .delete])
        #expect(try uses("class") == [.read, .insert, .update, .delete])
        #expect(try uses("class_a") == [])
    }

    static let names: [(name: String, quoted: String)] = [
        ("id", "id"), ("order", "\"order\""), ("a b", "\"a b\""), ("a\"b", #""a\"b""#), ("or", "\"or\""),
    ]

    @Test(arguments: names)
    func `requests quote what would mean something else`(name: String, quoted: String) {
        #expect(RequestName.quoted(name) == quoted)
    }
}
