import Bytes
import Diagnostics
import Expressions
import Query
import Schema
import Store
import TestSupport
import Testing
import Values

@testable import Realtime

/// The value index, the shared judges and their memory must never change what is delivered: a row
/// comes through a feed exactly when the engine, asked with the same filter and rule, finds it.
@Suite(.blocking) struct AgreementTests {
    static let rules = [
        "true", "owner = auth.uid()", "auth.uid() = owner and kind = 'a'",
        "flag or owner = auth.uid()", "auth.uid() is not null and n > 2", "kind = auth.role()",
        "not (owner = auth.uid())",
        "exists(members as m where m.room = mixed.n and m.person = auth.uid())",
    ]

    static let filters = [
        "", "n=eq.1", "n=neq.1", "n=gt.2", "n=in.(1,2)", "n=is.null", "n=not.is.null",
        "n=isdistinct.1", "n=not.eq.1", "kind=eq.a", "kind=eq.", "kind=like.a%",
        "kind=in.(a,\\\"b\\\")",
        "flag=eq.true", "flag=is.false", "day=eq.2026-01-01", "day=gte.2026-01-02",
        "at=eq.2026-01-01T00:00:00Z", "price=eq.1.50", "price=lt.2", "ratio=eq.1",
        "owner=eq.\(Models.ada)", "owner=eq.\(Models.ada.uppercased())", "n=eq.1,kind=eq.a",
        "flag=eq.false,n=gt.1,kind=neq.b",
    ]

    private static let model = """
        {"properties": {
          "id": {"type": "integer", "identity": true},
          "owner": {"type": "string", "format": "uuid"}, "kind": {"type": "string"},
          "n": {"type": "integer"}, "flag": {"type": "boolean"},
          "day": {"type": "string", "format": "date"},
          "at": {"type": "string", "format": "date-time"},
          "price": {"type": "string", "format": "decimal", "precision": 10, "scale": 2},
          "ratio": {"type": "number"}},
         "realtime": true, "access": {"read": "RULE"}}
        """

    @Test(arguments: rules)
    func `feeds deliver what SQL finds`(rule: String) throws {
        let model = Self.model.replacing("RULE", with: rule)
        let stage = try Stage(["mixed": model, "members": Models.members])
        try stage.run("INSERT INTO members VALUES (1, '\(Models.ada)'), (3, '\(Models.eve)')")
        let identities = [user(Models.ada), user(Models.eve), .anonymous]
        let listeners = try identities.flatMap { identity in
            try Self.filters.map { filter in
                (
                    peer: stage.connect(as: identity), identity: identity, filter: filter,
                    sql: try Self.query(stage, filter: filter, identity)
                )
            }
        }
        for one in listeners {
            let more = one.filter.isEmpty ? "" : #","filter":"\#(one.filter)""#
            let sent = one.peer.join(
                "a", #"{"event":"*","schema":"public","table":"mixed"\#(more)}"#)
            #expect(sent.last?.contains("Subscribed") == true, "\(sent)")
        }
        var generator = SeededGenerator(seed: 7)
        for id in 1...40 {
            let row = Self.row(Int64(id), &generator)
            try stage.run("DELETE FROM mixed")
            try stage.tables.run(try Self.insertion(of: row, stage))
            // An UPDATE whose old row is anything, and the DELETE of the same row.
            stage.update("mixed", Self.row(Int64(id), &generator), row)
            stage.delete("mixed", row)
            let found = try stage.tables.answers(
                to: listeners.map { ScalarQuery($0.sql, $0.identity.context(now: stage.now)) })
            #expect(found.count == listeners.count)
            for (one, isFound) in zip(listeners, found) {
                let expected = isFound == .integer(1) ? ["UPDATE \(id)", "DELETE \(id)"] : []
                #expect(try one.peer.changes() == expected, "\(one.filter) of \(row)")
            }
        }
    }

    private static func query(
        _ stage: Stage, filter: String, _ identity: Identity
    ) throws -> BoundSQL {
        let model = try #require(stage.catalogue.model("mixed"))
        let rulebook = try Rulebook.compile(stage.catalogue)
        var select = SelectStatement([], from: [.init(.table("mixed"), as: "r")])
        select.conditions.append(
            try #require(rulebook.rule("mixed", .read)?.using).condition(on: "r"))
        let text = filter.replacing(#"\""#, with: "\"")
        if let predicate = try FeedFilter.parse(text)?.resolved(for: model).predicate {
            select.conditions.append(predicate.condition(on: "r"))
        }
        return stage.tables.reader.dialect.text(
            of: SelectStatement([.init(.exists(select))], from: []))
    }

    /// A row with many NULLs and few different values, so that filters meet.
    private static func row(_ id: Int64, _ generator: inout SeededGenerator) -> [String: Value] {
        func pick(_ values: [Value]) -> Value { values.randomElement(using: &generator) ?? .null }
        return [
            "id": .integer(id),
            "owner": pick([.null, .text(Models.ada), .text(Models.ada), .text(Models.eve)]),
            "kind": pick([.null, .text("a"), .text("b"), .text(""), .text("anon")]),
            "n": pick([.null, .integer(1), .integer(2), .integer(3), .integer(-1)]),
            "flag": pick([.null, .integer(0), .integer(1)]),
            "day": pick([.null, .text("2026-01-01"), .text("2026-01-02")]),
            "at": pick([.null, .text("2026-01-01T00:00:00+00:00")]),
            "price": pick([.null, .integer(150), .integer(250)]),
            "ratio": pick([.null, .real(1), .real(0.5)]),
        ]
    }

    private static func insertion(of row: [String: Value], _ stage: Stage) throws -> SQL {
        var sql: SQL = "INSERT INTO mixed VALUES ("
        for (index, column) in try #require(stage.catalogue.model("mixed")).columns.enumerated() {
            if index > 0 { sql.append(", ") }
            sql.append(argument: row[column.name] ?? .null, column.type)
        }
        sql.append(")")
        return sql
    }
}
