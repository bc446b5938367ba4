import Bytes
import Testing

@testable import PostgresWire

/// Something to say to a server, and what is told on the way.
struct Scenario: CustomTestStringConvertible, Sendable {
    let name: String
    /// Who signs in, and how; nil for who the connection string names.
    var role: Role?
    let script: @Sendable (Conversation) throws -> Void
    /// All that is told behind `ready`.
    let expected: [String]

    struct Role: Sendable {
        let user: String
        var password: String?
        var transport = Transport.unixSocket
    }

    var testDescription: String { name }

    init(
        _ name: String, role: Role? = nil, expecting expected: [String],
        _ script: @escaping @Sendable (Conversation) throws -> Void
    ) {
        self.name = name
        self.role = role
        self.script = script
        self.expected = expected
    }

    /// A fixed nonce, so that a recording can be played again.
    var configuration: SessionConfiguration {
        var configuration = SessionConfiguration(
            user: role?.user ?? "apus", database: "postgres", password: role?.password,
            transport: role?.transport ?? .unixSocket)
        configuration.makeNonce = { "rOprNGfwEbeRWgbNEkqO" }
        return configuration
    }

    /// Holds the conversation with a peer; all that is told.
    func hold(with peer: any Peer) -> [String] {
        let conversation = Conversation(configuration, with: peer)
        do {
            try conversation.wait(for: "ready")
            try script(conversation)
            try conversation.finish()
        } catch {}
        let told = conversation.told
        return Array(told.drop { $0 != "ready" && !$0.hasPrefix("ended") }.drop { $0 == "ready" })
    }
}

extension Scenario {
    static let all = signingIn + statements + copies + endings

    // MARK: Signing in

    static let signingIn = [
        Scenario("trust", expecting: selected) { try select($0) },
        Scenario("scram", role: Role(user: "scram", password: "Straße 1"), expecting: selected) {
            try select($0)
        },
        Scenario(
            "scram-plus",
            role: Role(
                user: "scram", password: "Straße 1",
                transport: .tls(
                    certificateDigest: hex(
                        "2721fed4269d7c7ee0d53a49af232665c2a24ac1874aa97c05477ee6b720f334"))),
            expecting: selected
        ) { try select($0) },
        Scenario("md5", role: Role(user: "md5", password: "pencil"), expecting: selected) {
            try select($0)
        },
        Scenario("clear", role: Role(user: "clear", password: "pencil"), expecting: selected) {
            try select($0)
        },
        Scenario(
            "refused", role: Role(user: "nobody here"), expecting: ["ended server fatal 28000"]
        ) { _ in },
        Scenario(
            "wrong-password", role: Role(user: "scram", password: "pencil"),
            expecting: ["ended server fatal 28P01"]
        ) { _ in },
    ]

    static let selected = [
        "columns 1.0 n:int4 t:text z:text", "row 1.0 0000002a 'x' NULL", "completed 1.0 select 1",
        "finished 1 succeeded idle",
    ]

    @Sendable static func select(_ conversation: Conversation) throws {
        let shape = StatementShape(
            "select $1 as n, $2 as t, null::text as z", parameters: [.int4, .text])
        let unit = conversation.session.begin()
        conversation.session.execute(shape, in: unit) { fields in
            fields.int4(42)
            fields.text("x")
        }
        conversation.session.sync(unit)
        try conversation.wait(for: "finished 1")
    }

    // MARK: Statements

    static let statements = [
        Scenario(
            "pipeline",
            expecting: [
                "row 1.0 00000005", "completed 1.0 select 1", "finished 1 succeeded idle",
                "finished 2 failed 22012 at 0 idle", "row 3.0 00000002", "completed 3.0 select 1",
                "finished 3 succeeded idle",
            ]
        ) { conversation in
            let shape = StatementShape("select 10 / $1", parameters: [.int4])
            for divisor: Int32 in [2, 0, 5] {
                let unit = conversation.session.begin()
                conversation.session.execute(shape, in: unit, columns: .never) {
                    $0.int4(divisor)
                }
                // An error skips this one.
                if divisor == 0 {
                    conversation.session.execute(shape, in: unit, columns: .never) { $0.int4(1) }
                }
                conversation.session.sync(unit)
            }
            try conversation.wait(for: "finished 3")
        },
        Scenario(
            "query",
            expecting: [
                "columns 1.0 a:int4", "row 1.0 '1'", "completed 1.0 select 1",
                "completed 1.1 none", "finished 1 succeeded idle",
                "completed 2.0 begin", "finished 2 failed 22012 at 1 failed",
                "completed 3.0 rollback", "finished 3 succeeded idle",
            ].filter { $0 != "completed 1.1 none" }
        ) { conversation in
            for sql in ["select 1 as a;", "begin; select 1/0; select 2", "commit"] {
                let unit = conversation.session.query(sql)
                try conversation.wait(for: "finished \(unit.number)")
            }
        },
        Scenario(
            "plan-out-of-date",
            expecting: [
                "completed 1.0 other", "finished 1 succeeded idle", "columns 2.0 a:int4",
                "completed 2.0 select 0", "finished 2 succeeded idle", "completed 3.0 other",
                "finished 3 succeeded idle", "columns 4.0 a:text", "completed 4.0 select 0",
                "finished 4 succeeded idle",
            ]
        ) { conversation in
            try conversation.run("create temp table t (a int)")
            try conversation.run("select a from t", use: .kept, columns: .always)
            try conversation.run("alter table t alter a type text")
            try conversation.run("select a from t", use: .kept, columns: .always)
        },
        Scenario(
            "portal",
            expecting: [
                "completed 1.0 begin", "row 1.1 00000001", "row 1.1 00000002", "suspended 1.1",
                "finished 1 succeeded inTransaction", "row 2.0 00000003", "completed 2.0 select 1",
                "completed 2.1 commit", "finished 2 succeeded idle",
            ]
        ) { conversation in
            let first = conversation.session.begin()
            conversation.session.execute(StatementShape("begin", use: .once), in: first)
            conversation.session.execute(
                StatementShape("select generate_series(1, 3)"), in: first, portal: "rows",
                rowsMax: 2, columns: .never)
            conversation.session.sync(first)
            try conversation.wait(for: "finished 1")
            let second = conversation.session.begin()
            conversation.session.resume(portal: "rows", in: second)
            conversation.session.close(portal: "rows", in: second)
            conversation.session.execute(
                StatementShape("commit", use: .once), in: second, columns: .never)
            conversation.session.sync(second)
            try conversation.wait(for: "finished 2")
        },
        Scenario(
            "deferred",
            expecting: [
                "completed 1.0 other", "finished 1 succeeded idle", "completed 2.0 insert 2",
                "finished 2 failed 23505 at sync idle",
            ]
        ) { conversation in
            try conversation.run(
                "create temp table t (a int unique deferrable initially deferred)")
            try conversation.run("insert into t values (1), (1)")
        },
        Scenario(
            "notices",
            expecting: [
                "notice warning 01000", "completed 1.0 other", "finished 1 succeeded idle",
                "completed 2.0 other", "finished 2 succeeded idle", "completed 3.0 other",
                "notification c hello", "finished 3 succeeded idle",
            ]
        ) { conversation in
            try conversation.run("do $$ begin raise warning 'w'; end $$")
            try conversation.run("listen c")
            try conversation.run("notify c, 'hello'")
        },
    ]
}
