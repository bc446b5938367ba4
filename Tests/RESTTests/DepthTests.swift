import HTTP
import PostgresTestSupport
import Query
import Testing

@testable import REST

@Suite(.fewAtOnce) struct DepthTests {
    static let models = [
        "nodes": """
        {"properties": {"id": {"type": "integer"}, "open": {"type": "boolean"},
           "up": {"type": "integer",
                  "references": {"model": "nodes", "as": "parent", "inverse": "children"}}},
         "access": {"all": "open or (id > 0 and exists(nodes as n where n.id = nodes.up and (n.open or n.id > 1)))"}}
        """,
        "tags": #"{"properties": {"id": {"type": "integer"}}, "access": {"all": true}}"#,
        "node_tags": """
        {"properties": {
           "node_id": {"type": "integer", "references": {"model": "nodes"}},
           "tag_id": {"type": "integer", "references": {"model": "tags"}}},
         "primaryKey": ["node_id", "tag_id"], "access": {"all": true}}
        """,
    ]

    static func nested(_ words: [String], _ depth: Int) -> String {
        var select = "id"
        for level in 0..<depth { select = "id,\(words[level % words.count])(\(select))" }
        return select
    }

    static let chains: [[String]] = [
        ["children"], ["parent"], ["children!inner"], ["nodes", "tags"],
        ["tags!inner", "nodes!inner"],
    ]

    @Test(arguments: chains)
    func `embeds nest as deep as the limit says and no deeper`(words: [String]) async throws {
        let library = try Library(models: Self.models, data: [])
        for depth in 1...QueryLimits.selectDepthMax + 1 {
            let table =
                words.count == 2 && (words[0].hasPrefix("nodes") == (depth % 2 == 1))
                ? "tags" : "nodes"
            let response = await library.send(.get, "/\(table)?select=" + Self.nested(words, depth))
            if depth <= QueryLimits.selectDepthMax {
                #expect(response.status == 200, "\(depth): \(response.text)")
            } else {
                #expect(response.status == 400 && response.member("code") == "PGRST100")
            }
        }
    }

    /// What is too deep for SQLite's parser, PostgreSQL still takes.
    @Test(.sqliteOnly) func `a filter that is too deep where it stands is told so`() async throws {
        let library = try Library(models: Self.models, data: [])
        let path = Array(repeating: "children", count: QueryLimits.selectDepthMax).joined(
            separator: ".")
        let tree = (0..<20).reduce("id.eq.0") {
            $1 % 2 == 0 ? "and(id.eq.1,\($0))" : "or(id.eq.2,\($0))"
        }
        let response = await library.send(
            .get,
            "/nodes?select=" + Self.nested(["children"], QueryLimits.selectDepthMax)
                + "&\(path).or=(\(tree))")
        #expect(response.status == 400 && response.member("code") == "54001", "\(response.text)")
    }
}
