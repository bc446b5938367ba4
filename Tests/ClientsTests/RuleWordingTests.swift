import Expressions
import Schema
import Testing

@testable import Clients

/// Access rules in words.
@Suite struct RuleWordingTests {
    static let rules = """
        {"signed_in()": "auth.uid() is not null",
         "mine(owner uuid)": "owner = auth.uid()",
         "parent(row uuid)": "exists(things as t where t.up = row and mine(t.owner))",
         "either(owner uuid)": "mine(owner) or auth.role() = 'admin'"}
        """

    static let things = """
        {"properties": {
          "id": {"type": "string", "format": "uuid"}, "owner": {"type": "string", "format": "uuid"},
          "up": {"type": "string", "format": "uuid", "references": {"model": "things", "as": "parent"}},
          "title": {"type": "string"}, "n": {"type": "integer"}, "is_open": {"type": "boolean"},
          "data": {"type": "object"}}, "access": {}}
        """

    static let cases: [(rule: String, words: [String])] = [
        ("owner = auth.uid()", ["`owner` is the caller's id"]),
        ("things.owner <> auth.uid()", ["`owner` is not the caller's id"]),
        ("signed_in()", ["the caller is signed in"]),
        ("not signed_in()", ["the caller is not signed in"]),
        ("is_open or mine(owner)", ["`is_open` is true", "`owner` is the caller's id"]),
        ("not is_open and n >= 3", ["`is_open` is false and `n` is at least `3`"]),
        (
            "is_open and (n < 3 or n > 5)",
            ["`is_open` is true and (`n` is less than `3` or `n` is more than `5`)"]
        ),
        ("not (is_open and n = 1)", ["`is_open` is false or `n` is not `1`"]),
        ("parent.owner = auth.uid()", ["the `owner` of its `parent` is the caller's id"]),
        (
            "parent.parent.owner = auth.uid()",
            ["the `owner` of its `parent` of the `parent` is the caller's id"]
        ),
        (
            "exists(things as t where t.up = things.id and is_open)",
            ["there is a row of `things` where `up` is this row's `id` and `is_open` is true"]
        ),
        ("not exists(things as t)", ["there is no row of `things`"]),
        (
            "parent(up)",
            ["there is a row of `things` where `up` is this row's `up` and `owner` is the caller's id"]
        ),
        (
            "is_open and parent(up)",
            [
                "`is_open` is true and (there is a row of `things` where `up` is this row's `up` and "
                    + "`owner` is the caller's id)"
            ]
        ),
        ("n in (1, 2, 3)", ["`n` is one of `1`, `2` or `3`"]),
        ("n not between 1 and 2", ["`n` is not between `1` and `2`"]),
        ("title ilike '%a%'", ["`title` matches the pattern `'%a%'` in any case"]),
        ("starts_with(lower(title), 'a')", ["`title` in lower case starts with `'a'`"]),
        ("length(trim(title)) > 0", ["the length of `title` without spaces around it is more than `0`"]),
        ("title is null", ["`title` is null"]), ("title is not null", ["`title` is set"]),
        ("is_open is not true", ["`is_open` is false"]),
        ("n is distinct from 1", ["`n` differs from `1`"]),
        ("can(read, parent)", ["the caller may read its `parent`"]),
        ("not can(read, parent)", ["the caller may not read its `parent`"]),
        ("not changed(owner)", ["`owner` stays as it is"]),
        ("changed(owner) and old.n = 1", ["`owner` changes and the former `n` is `1`"]),
        ("auth.jwt() ->> 'team' = title", ["the member `team` of the caller's token is `title`"]),
        ("(auth.jwt() ->> 'team')::text = 'a'", ["the member `team` of the caller's token is `'a'`"]),
        (
            "is_open and either(owner)",
            ["`is_open` is true and (`owner` is the caller's id or the caller's role is `'admin'`)"]
        ),
    ]

    private func worded(_ rule: String) throws -> WordedRule {
        let catalogue = try Fixture.things(Self.things, rules: Self.rules)
        let model = try #require(catalogue.model("things"))
        return RuleWording(catalogue).words(of: ExpressionSource(rule), in: model)
    }

    @Test(arguments: cases)
    func `a rule is told in words`(rule: String, words: [String]) throws {
        guard case .rows(let found) = try worded(rule) else {
            Issue.record("\(try worded(rule))")
            return
        }
        #expect(found.choices.map(\.plain) == words)
    }

    @Test func `what everybody and nobody may has a word, and what has none is as written`() throws {
        #expect(try worded("true") == .everybody)
        #expect(try worded("false") == .nobody)
        for rule in ["coalesce(n, 1) = 1", "is_open or nullif(title, 'a') = 'b'"] {
            #expect(try worded(rule) == .written(rule))
        }
    }

    @Test func `every rule of the sample has words`() throws {
        let catalogue = try Fixture.catalogue(Fixture.sample)
        let wording = RuleWording(catalogue)
        for model in catalogue.models {
            for rule in model.access.values {
                for source in [rule.using, rule.check] {
                    if case .written(let text) = wording.words(of: source, in: model) {
                        Issue.record("\(model.name): \(text)")
                    }
                }
            }
        }
    }
}
