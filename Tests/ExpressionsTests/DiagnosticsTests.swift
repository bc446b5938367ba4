import Schema
import Testing

@testable import Expressions

struct Faulty: CustomTestStringConvertible, Sendable {
    let rule: String
    let faults: [String]
    init(_ rule: String, _ faults: String...) { (self.rule, self.faults) = (rule, faults) }
    var testDescription: String { rule }
}

@Suite struct DiagnosticsTests {
    static let syntax: [Faulty] = [
        Faulty("", "1: an expression is missing"),
        Faulty("n =", "4: a value expected, but here is the end"),
        Faulty("n = 1 n", "7: the end expected, but here is \"n\""),
        Faulty("(n = 1", "7: \")\" expected, but here is the end"),
        Faulty("n = 'x", "5: this quoted text has no end"),
        Faulty("n = 1 /* x", "7: this comment has no end"),
        Faulty("n / 2 = 1", "3: division (\"/\") is not part of the rule language"),
        Faulty("case flag then 1 end = 1", "11: \"when\" expected, but here is \"then\""),
        Faulty("case when flag then 1", "22: \"end\" expected, but here is the end"),
        Faulty("1 < n < 3", "7: comparisons do not chain: join two of them with \"and\""),
        Faulty(
            "n is 5", "6: null, true, false, unknown or \"distinct from\" expected, but here is 5"),
        Faulty("n # 1", "3: unexpected character \"#\""),
        Faulty("n == 1", "3: == is written \"=\" here"),
        Faulty("n === 1", "3: === is written \"=\" here"),
        Faulty("n !== 1", "3: !== is written \"<>\" here"),
        Faulty("flag && n = 1", "6: && is written \"and\" here"),
        Faulty("!flag", "1: ! is written \"not\" here"),
        Faulty("n = 1 || n = 2", "7: || joins texts: write \"or\""),
        Faulty("n = 1abc", "6: trailing junk after a number"),
        Faulty("n in ()", "7: a value expected, but here is \")\""),
        Faulty("n = not flag", "5: a value expected, but here is \"not\""),
    ]

    static let names: [Faulty] = [
        Faulty("titel = 'x'", "1: items has no column \"titel\" [title]"),
        Faulty("teem.name = 'x'", "1: unknown row or relation \"teem\" [team]"),
        Faulty("team.nam = 'x'", "1: teams has no column \"nam\" [name]"),
        Faulty("team = 'x'", "1: team is a relation: name a column of it, such as team.id"),
        Faulty("lowr(title) = 'x'", "1: unknown function or rule \"lowr\" [lower]"),
        Faulty("team_membr(team_id)", "1: unknown function or rule \"team_membr\" [team_member]"),
        Faulty("auth.uid = owner", "1: auth.uid is a function: write auth.uid()"),
        Faulty("signed_in", "1: signed_in is a rule: write signed_in()"),
        Faulty("exists(member as m)", "1: unknown model \"member\" [members]"),
        Faulty(
            "exists(members as m where m.team_id = title)",
            "39: title is a column of the outer row, but a bare name inside exists belongs to m: "
                + "write items.title"),
        Faulty(
            "exists(members where team.id = team_id and exists(members))",
            "44: \"members\" already names an outer row: give this one an alias, "
                + "exists(members as …)"),
        Faulty(
            "can(reed, team)",
            "1: can() takes read, update or delete, not \"reed\" [read]"),
        Faulty("can(read, owner)", "1: items has no to-one relation \"owner\""),
        Faulty(
            "changed(n)",
            "1: changed() has a meaning only in the \"check\" of an update: "
                + "write {\"using\": …, \"check\": …}"),
        Faulty(
            "gen_random_uuid() = id",
            "1: gen_random_uuid() is new each time and belongs in defaults only"),
        Faulty(
            "titel = 'x' and boddy = 'y'", "1: items has no column \"titel\" [title]",
            "17: items has no column \"boddy\" [body]"),
    ]

    static let types: [Faulty] = [
        Faulty("title", "1: boolean expected, but this is text"),
        Faulty("flag || n = 1", "6: || joins texts: write \"or\""),
        Faulty("n = 1 || flag", "7: || joins texts: write \"or\""),
        Faulty("n and flag", "1: boolean expected, but this is bigint"),
        Faulty("title = 5", "9: cannot compare text with a number: write '5'"),
        Faulty(
            "title = owner",
            "7: cannot compare text with uuid: cast one of them, such as …::uuid"),
        Faulty("owner = 'me'", "9: invalid input syntax for type uuid: \"me\""),
        Faulty(
            "made > 'soon'",
            "8: invalid input syntax for type timestamp with time zone: \"soon\""),
        Faulty(
            "day = made",
            "5: cannot compare date with timestamp with time zone: cast one of them, such as …::date"
        ),
        Faulty(
            "status = 'drafft'",
            "10: the column never holds 'drafft': it is one of draft, published, gone [draft]"),
        Faulty(
            "status in ('draft', 'no')",
            "21: the column never holds 'no': it is one of draft, published, gone"),
        Faulty("n = null", "5: = null is never true: write \"is null\" or \"is not null\""),
        Faulty("data -> 'a' < data", "13: json values have no order here: compare a text with ->>"),
        Faulty("title -> 'a' = 'x'", "1: -> reads json, but this is text"),
        Faulty("lower(n) = 'x'", "7: text expected, but this is bigint"),
        Faulty("lower(title, body) = 'x'", "1: lower() takes 1 argument, not 2"),
        Faulty("abs(title) = 1", "1: abs() takes a number, not text"),
        Faulty("coalesce(n, title) = 1", "13: bigint expected, but this is text"),
        Faulty("signed_in(1)", "1: signed_in() takes 0 arguments, not 1"),
        Faulty("title::uuidd = owner", "6: unknown type \"uuidd\" [uuid]"),
        Faulty("data::uuid = owner", "5: json cannot be cast to uuid in rules"),
        Faulty(
            "n = 'x' and titel = ''", "5: invalid input syntax for type bigint: \"x\"",
            "13: items has no column \"titel\" [title]"),
    ]

    @Test(arguments: syntax + names + types)
    func `a fault is told with its place`(_ faulty: Faulty) {
        switch compile(faulty.rule) {
        case .success(let predicate): Issue.record("accepted as \(predicate.text)")
        case .failure(let faults): #expect(faults.lines == faulty.faults)
        }
    }

    static let definitions: [Faulty] = [
        Faulty("owner = auth.uid()", "9: a check cannot depend on auth.uid()"),
        Faulty("made < now()", "8: a check cannot depend on now()"),
        Faulty("exists(teams)", "1: a check cannot read other rows"),
        Faulty("team.name = ''", "1: a check cannot read other rows"),
    ]

    @Test(arguments: definitions)
    func `checks stay within their row`(_ faulty: Faulty) {
        #expect(faults(in: faulty.rule, purpose: .check).lines == faulty.faults)
    }

    @Test func `nesting is bounded`() {
        for rule in [
            String(repeating: "(", count: 200) + "flag" + String(repeating: ")", count: 200),
            String(repeating: "not ", count: 5000) + "flag",
            String(repeating: "lower(", count: 5000),
        ] {
            let faults = faults(in: rule)
            #expect(faults.lines.count == 1 && faults.description.contains("nested deeper"))
        }
        let deep = (0..<12).reversed().reduce("flag is null") { inner, level in
            level == 0 ? inner : "exists(teams as t\(level) where \(level == 11 ? "true" : inner))"
        }
        #expect(faults(in: deep).description.contains("too deeply"))
    }

    @Test(arguments: [" || 'a'", "::text", " is null", " -> 'a'"])
    func `chains of operators are bounded`(link: String) {
        let rule = "title" + String(repeating: link, count: 5000)
        #expect(faults(in: rule).description.contains("more than 32 operators in a chain"))
    }

    @Test func `recursive rules are named`() throws {
        let catalogue = try Fixture.make([
            "rules.json": #"{"a()": "b()", "b()": "not a()", "c(x uuid)": "x = auth.uid()"}"#,
            "models/items.json": """
            {"properties": {"team_id": {"type": "string", "format": "uuid",
                "references": {"model": "teams", "as": "team"}}},
             "access": {"read": "can(read, team)", "delete": "c(team_id)"}}
            """,
            "models/teams.json": """
            {"properties": {"parent": {"type": "string", "format": "uuid",
                "references": {"model": "teams", "as": "above"}}},
             "access": {"read": "can(read, above)"}}
            """,
        ])
        do throws(SchemaFailure) {
            _ = try Rulebook.compile(catalogue)
            Issue.record("accepted")
        } catch {
            let messages = error.diagnostics.map(\.message)
            #expect(messages.contains("rules must not call themselves: a() → b() → a()"))
            #expect(
                messages.contains(
                    "rules must not call themselves: teams.read → teams.read"))
        }
    }

    @Test func `all faults of a catalogue are told at once, each at its place`() throws {
        let catalogue = try Fixture.make([
            "models/items.json": """
            {"properties": {"n": {"type": "integer", "default": {"$expr": "nowe()"}}},
             "checks": {"c": "n > m"},
             "access": {"read": "m = 1", "update": "changed(n)"}}
            """
        ])
        do throws(SchemaFailure) {
            _ = try Rulebook.compile(catalogue)
            Issue.record("accepted")
        } catch {
            #expect(
                error.diagnostics.map(\.description) == [
                    #"models/items.json:1:64: unknown function or rule "nowe"; did you mean "now"?"#,
                    #"models/items.json:2:23: items has no column "m"; did you mean "n"?"#,
                    #"models/items.json:3:22: items has no column "m"; did you mean "n"?"#,
                    #"models/items.json:3:41: changed() has a meaning only in the "check" of an update: "#
                        + #"write {"using": …, "check": …}"#,
                ])
        }
    }
}
