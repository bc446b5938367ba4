import Bytes

@testable import PostgresWire

extension Scenario {
    static let copies = [
        Scenario(
            "copy-in",
            expecting: [
                "completed 1.0 other", "finished 1 succeeded idle", "copyIn 2.0 2",
                "completed 2.0 copy 2", "finished 2 succeeded idle", "copyIn 3.0 2",
                "finished 3 failed 23505 at 0 idle", "copyIn 4.0 2",
                "finished 4 failed 57014 at 0 idle", "row 5.0 00000001 'one'",
                "row 5.0 00000002 NULL", "completed 5.0 select 2", "finished 5 succeeded idle",
            ]
        ) { conversation in
            try conversation.run("create temp table t (a int unique, b text)")
            for _ in 0..<2 { try copyTwoRows(conversation) { $0.endCopy($1) } }
            try copyTwoRows(conversation) { $0.failCopy($1, reason: "enough") }
            try conversation.run("select * from t order by a")
        },
        Scenario(
            "copy-out",
            expecting: [
                "copyOut 1.0 2",
                "data 1.0 5047434f50590aff0d0a000000000000000000000200000004000000010000000161",
                "data 1.0 00020000000400000002ffffffff", "data 1.0 ffff", "completed 1.0 copy 2",
                "finished 1 succeeded idle",
            ]
        ) { conversation in
            try conversation.run(
                "copy (values (1, 'a'), (2, null)) to stdout (format binary)")
        },
    ]

    private static func copyTwoRows(
        _ conversation: Conversation, end: (inout PostgresSession, UnitID) -> Void
    ) throws {
        let unit = conversation.session.beginCopy(
            StatementShape("copy t from stdin (format binary)", use: .once))
        try conversation.wait(for: "copyIn")
        conversation.session.copyRow(to: unit) { fields in
            fields.int4(1)
            fields.text("one")
        }
        conversation.session.copyRow(to: unit) { fields in
            fields.int4(2)
            fields.null()
        }
        end(&conversation.session, unit)
        try conversation.wait(for: "finished \(unit.number)")
    }

    static let endings = [
        Scenario(
            "cancelled",
            expecting: [
                "finished 1 failed 57014 at 0 idle", "row 2.0 ", "completed 2.0 select 1",
                "finished 2 succeeded idle",
            ]
        ) { conversation in
            let unit = conversation.session.begin()
            conversation.session.execute(
                StatementShape("select pg_sleep(60)", use: .once), in: unit, columns: .never)
            conversation.session.sync(unit)
            conversation.cancel()
            try conversation.wait(for: "finished 1")
            try conversation.run("select")
        },
        Scenario(
            "shut-down",
            expecting: [
                "row 1.0 01", "finished 1 lost, may have run", "ended server fatal 57P01",
            ]
        ) { conversation in
            try conversation.run("select pg_terminate_backend(pg_backend_pid())")
            try conversation.wait(for: "ended")
        },
    ]

    /// Behind a PgBouncer in transaction mode that gives every unit another server.
    static let pooled = Scenario(
        "pgbouncer",
        expecting: [
            "row 1.0 ", "completed 1.0 select 1", "finished 1 succeeded idle", "names lost",
            "row 2.0 ", "completed 2.0 select 1", "finished 2 succeeded idle",
            "row 3.0 ", "completed 3.0 select 1", "finished 3 succeeded idle",
        ]
    ) { conversation in
        for _ in 0..<3 { try conversation.run("select", use: .kept) }
    }
}
