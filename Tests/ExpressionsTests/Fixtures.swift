import Diagnostics
import Query
import Schema
import Store
import StoreSQLite
import Testing

@testable import Expressions

/// The model files of most tests: items judged, teams they belong to, members of teams.
enum Fixture {
    /// The filter that a parameter of a query string is.
    static func filter(_ name: String, _ value: String) throws -> Filter {
        guard case .filter([], let filter)? = try Parameter(name: name, value: value) else {
            throw Problem.notImplemented("\(name)=\(value) is no filter")
        }
        return filter
    }

    static let items = """
        {"properties": {
          "id": {"type": "string", "format": "uuid"},
          "owner": {"type": "string", "format": "uuid"},
          "team_id": {"type": "string", "format": "uuid", 
            "references": {"model": "teams", "as": "team", "inverse": "items"}},
          "title": {"type": "string"},
          "body": {"type": "string"},
          "status": {"type": "string", "enum": ["draft", "published", "gone"]},
          "flag": {"type": "boolean"},
          "n": {"type": "integer"},
          "m": {"type": "integer", "format": "int32"},
          "price": {"type": "string", "format": "decimal", "precision": 12, "scale": 2},
          "weight": {"type": "string", "format": "decimal", "precision": 8, "scale": 3},
          "score": {"type": "number"},
          "made": {"type": "string", "format": "date-time"},
          "day": {"type": "string", "format": "date"},
          "data": {"type": "object"},
          "blob": {"type": "string", "format": "byte"}
        }, "required": []}
        """

    static let teams = """
        {"properties": {
          "id": {"type": "string", "format": "uuid"},
          "owner_id": {"type": "string", "format": "uuid"},
          "parent_id": {"type": "string", "format": "uuid", 
            "references": {"model": "teams", "as": "parent", "inverse": "children"}},
          "name": {"type": "string"},
          "rank": {"type": "integer"}
        }, "access": {
          "read": "owner_id = auth.uid() or exists(members as m where m.team_id = teams.id and m.user_id = auth.uid())",
          "delete": "owner_id = auth.uid()"
        }}
        """

    static let members = """
        {"properties": {
          "id": {"type": "string", "format": "uuid"},
          "team_id": {"type": "string", "format": "uuid", 
            "references": {"model": "teams", "as": "team", "inverse": "members"}},
          "user_id": {"type": "string", "format": "uuid"},
          "role": {"type": "string", "enum": ["owner", "member"]},
          "level": {"type": "integer"}
        }}
        """

    static let rules = """
        {
          "signed_in()": "auth.uid() is not null",
          "team_member(team uuid)": "exists(members as m where m.team_id = team and m.user_id = auth.uid())",
          "at_least(value, low integer)": "value >= low"
        }
        """

    static let catalogue: Catalogue = {
        do { return try make() } catch { preconditionFailure("\(error)") }
    }()

    /// The catalogue with other files beside or instead of the usual ones.
    static func make(_ files: [String: String] = [:]) throws(SchemaFailure) -> Catalogue {
        var all = [
            "models/items.json": items, "models/teams.json": teams,
            "models/members.json": members, "rules.json": rules,
        ]
        all.merge(files) { $1 }
        return try Catalogue(
            parsing: all.sorted { $0.key < $1.key }.map { ($0.key, Array($0.value.utf8)) })
    }

    static func model(_ name: String) -> Model {
        guard let model = catalogue.model(name) else { preconditionFailure("no model \(name)") }
        return model
    }
}

/// The predicate that `text` states about an item, or the faults found, as `column: message`.
func compile(
    _ text: String, purpose: Purpose = .access, in catalogue: Catalogue = Fixture.catalogue,
    model: String = "items"
) -> Result<Predicate, Faults> {
    let resolver = Resolver(catalogue)
    let source = ExpressionSource(text)
    guard let model = catalogue.model(model) else { return .failure(Faults(["no model"])) }
    if let predicate = resolver.predicate(source, model: model, purpose: purpose),
        resolver.diagnostics.isEmpty
    {
        return .success(predicate)
    }
    return .failure(
        Faults(
            resolver.diagnostics.map { fault in
                let suggestion = fault.suggestion.map { " [\($0)]" } ?? ""
                return "\(fault.location.column): \(fault.message)\(suggestion)"
            }))
}

/// The faults that are found in `text`; a failure of the test if it is taken.
func faults(
    in text: String, purpose: Purpose = .access,
    at location: Testing.SourceLocation = #_sourceLocation
) -> Faults {
    switch compile(text, purpose: purpose) {
    case .failure(let faults): return faults
    case .success:
        Issue.record("\(text.prefix(200)) was taken", sourceLocation: location)
        return Faults([])
    }
}

/// What a test expected to be right was told instead.
struct Faults: Error, CustomStringConvertible {
    let lines: [String]
    init(_ lines: [String]) { self.lines = lines }
    var description: String { lines.joined(separator: "\n") }
}

extension Predicate {
    /// The SQL over a row called `t` and its old image `o`.
    var text: String { condition(on: "t", old: "o").text.text }
}

extension ValueExpression {
    /// The SQL of the embedded engine.
    var text: BoundSQL { written("", "") }

    /// The SQL of a table's definition.
    var definitionText: String {
        var writer = StatementWriter(SQLiteDialect(), isDefinition: true)
        writer.append(self)
        return writer.statement.text
    }

    /// The SQL between two texts.
    func written(
        _ before: String, _ after: String, in dialect: any Dialect = SQLiteDialect()
    ) -> BoundSQL {
        var writer = StatementWriter(dialect)
        writer.append(before)
        writer.append(self, .not)
        writer.append(after)
        return writer.statement
    }
}

extension Identity {
    static let ann = Identity(
        role: .authenticated, userID: "00000000-0000-4000-8000-00000000000a",
        email: "ann@example.org",
        claims: #"{"app_metadata":{"role":"admin"},"sub":"00000000-0000-4000-8000-00000000000a"}"#)
}
