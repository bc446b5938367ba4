import Bytes
import Diagnostics
import Schema
import Store
import Testing
import Values

@testable import Expressions

@Suite struct RulebookTests {
    static let notes = """
        {"properties": {
          "id": {"type": "string", "format": "uuid", "default": {"$expr": "uuidv7()"}},
          "token": {"type": "string", "format": "uuid", "default": {"$expr": "gen_random_uuid()"}},
          "owner": {"type": "string", "format": "uuid", "default": {"$expr": "auth.uid()"}},
          "writer": {"type": "string", "default": {"$expr": "coalesce(lower(auth.email()), 'nobody')"}},
          "admin": {"type": "boolean", "default": {"$expr": "(auth.jwt() -> 'app_metadata' ->> 'role') = 'admin'"}},
          "day": {"type": "string", "format": "date", "default": {"$expr": "now()"}},
          "price": {"type": "string", "format": "decimal", "precision": 8, "scale": 2, "default": {"$expr": "1.5"}},
          "state": {"type": "string", "enum": ["new", "old"], "default": "new"},
          "made": {"type": "string", "format": "date-time", "default": {"$expr": "now()"}},
          "edited": {"type": "string", "format": "date-time", "onUpdate": {"$expr": "now()"}},
          "body": {"type": "string"}
        },
        "checks": {"body_is_there": "state = 'new' or length(body) > 0"},
        "indexes": [{"on": ["made"], "where": "state = 'new' and body is not null"}],
        "access": {
          "read": true,
          "create": "owner = auth.uid()",
          "update": {"using": "owner = auth.uid()", "check": "not changed(owner)"}
        }}
        """

    let catalogue: Catalogue
    let book: Rulebook
    let model: Model

    init() throws {
        catalogue = try Fixture.make(["models/notes.json": Self.notes])
        book = try Rulebook.compile(catalogue)
        model = try #require(catalogue.model("notes"))
    }

    private func value(_ column: String, _ identity: Identity) throws -> Value {
        try book.defaultValue(
            model, column: try #require(model.columnIndex(column)), identity: identity,
            now: Instant(seconds: 1_767_225_600))
    }

    @Test func `defaults are computed for the caller`() throws {
        #expect(try value("owner", .ann) == .text("00000000-0000-4000-8000-00000000000a"))
        #expect(try value("owner", .anonymous) == .null)
        #expect(try value("writer", .ann) == .text("ann@example.org"))
        #expect(try value("writer", .anonymous) == .text("nobody"))
        #expect(try value("admin", .ann) == .integer(1))
        #expect(try value("admin", .anonymous) == .null)
        #expect(try value("day", .ann) == .text("2026-01-01"))
        #expect(try value("made", .ann) == .text("2026-01-01T00:00:00+00:00"))
        #expect(try value("price", .ann) == .integer(150))
        #expect(try value("state", .ann) == .text("new"))
        #expect(try value("body", .ann) == .null)
        #expect(try value("id", .ann) != value("id", .ann))
        guard case .text(let token) = try value("token", .ann) else {
            return #expect(Bool(false), "no token")
        }
        #expect(token.utf8.count == 36)
        let edited = try #require(model.columnIndex("edited"))
        let now = Instant(seconds: 0)
        #expect(
            try book.onUpdateValue(model, column: edited, identity: .ann, now: now)
                == .text("1970-01-01T00:00:00+00:00"))
        #expect(try book.onUpdateValue(model, column: 0, identity: .ann, now: now) == nil)
    }

    @Test func `every verb has its rule, and a missing one has none`() throws {
        #expect(book.rule("notes", .read)?.using?.constant == true)
        #expect(book.rule("notes", .create)?.using == nil)
        #expect(book.rule("notes", .create)?.check?.text == #""t"."owner" = ?1"#)
        #expect(book.rule("notes", .update)?.check?.text == #""t"."owner" IS "o"."owner""#)
        #expect(book.rule("notes", .delete) == nil)
        #expect(book.rule("items", .read) == nil)
    }

    @Test func `checks and index conditions are plain SQL`() throws {
        #expect(
            try book.definition(of: model.checks[0].condition, in: model).definitionText
                == #""state" = 'new' OR length("body") > 0"#)
        let index = try #require(model.indexes.first?.predicate)
        #expect(
            try book.definition(of: index, in: model).definitionText
                == #""state" = 'new' AND "body" IS NOT NULL"#)
        #expect(throws: SchemaFailure.self) {
            try book.definition(of: ExpressionSource("made < now()"), in: model)
        }
    }

    @Test func `a predicate tells what it reads`() throws {
        let inputs = try compile(
            """
            owner = auth.uid() and title = (auth.jwt() -> 'app' ->> 'org') and made < now()
            and team_member(team_id) and team.rank > 1
            """
        ).get().inputs
        let model = Fixture.model("items")
        #expect(inputs.claims == [.userID, .jwt, .now])
        #expect(inputs.callerParts.count == 2 && inputs.readsTime)
        #expect(
            inputs.columns
                == Set(["owner", "title", "made", "team_id"].compactMap { model.columnIndex($0) }))
        #expect(inputs.models == ["members", "teams"])
        let now = Instant(seconds: 0)
        let key = inputs.callerKey(Identity.ann.context(now: now))
        #expect(key == [.text("00000000-0000-4000-8000-00000000000a"), .null])
        var other = Identity.ann
        other.email = "else@example.org"
        #expect(inputs.callerKey(other.context(now: now)) == key)
        #expect(inputs.callerKey(Identity.anonymous.context(now: now)) != key)
    }

    @Test func `conjuncts and equalities can be looked up`() throws {
        let parts = try compile(
            "owner = auth.uid() and 5 = n and status in ('draft', 'gone') and flag"
        )
        .get().conjuncts
        let model = Fixture.model("items")
        #expect(parts.count == 4)
        #expect(parts[0].equality?.column == model.columnIndex("owner"))
        #expect(parts[0].equality?.side == .claim(.userID))
        #expect(parts[1].equality?.side == .constant(.integer(5)))
        #expect(parts[2].membership?.values == [.text("draft"), .text("gone")])
        #expect(parts[3].equality == nil)
        let filter = try Fixture.filter("n", "eq.7").resolved(for: model).predicate
        #expect(filter.equality?.side == .constant(.integer(7)))
    }

    @Test func `texts are compared by their bytes, in any spelling of Unicode`() throws {
        let model = Fixture.model("items")
        let title = try #require(model.columnIndex("title"))
        let predicate = try compile("title = 'e\u{301}'").get()
        var row = RowInput(new: model.columns.map { _ in .null }, model: model)
        let nobody = Evaluation(context: .none)
        #expect(try predicate.evaluate(row, in: nobody) == nil)
        row.new[title] = .text("e\u{301}")
        #expect(try predicate.evaluate(row, in: nobody) == true)
        row.new[title] = .text("\u{E9}")
        #expect(try predicate.evaluate(row, in: nobody) == false)
    }

    @Test func `overflow and missing lookups are problems, not answers`() throws {
        let model = Fixture.model("items")
        var row = RowInput(new: model.columns.map { _ in .null }, model: model)
        row.new[try #require(model.columnIndex("n"))] = .integer(.min)
        row.new[try #require(model.columnIndex("team_id"))] = .text(Pool.ann)
        let nobody = Evaluation(context: .none)
        for rule in ["abs(n) > 1", "team_member(team_id)"] {
            let predicate = try compile(rule).get()
            #expect(throws: Problem.self) { try predicate.evaluate(row, in: nobody) }
        }
    }

    @Test func `a simple rule is judged in nanoseconds`() throws {
        let model = Fixture.model("items")
        let predicate = try compile("owner = auth.uid()").get()
        var row = RowInput(new: model.columns.map { _ in .null }, model: model)
        row.new[try #require(model.columnIndex("owner"))] = .text(Pool.ann)
        let evaluation = Evaluation(context: Identity.ann.context(now: Instant(seconds: 0)))
        let count = 20_000
        let start = ContinuousClock.now
        var passed = 0
        for _ in 0..<count where try predicate.evaluate(row, in: evaluation) == true { passed += 1 }
        let each = (ContinuousClock.now - start) / count
        #expect(passed == count)
        print("owner = auth.uid() takes \(each) (this build)")
    }
}
