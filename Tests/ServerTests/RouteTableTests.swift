import Bytes
import Expressions
import Foundation
import HTTP
import ServerTestSupport
import Store
import StoreSQLite
import TestSupport
import Testing

@testable import Server

/// Every row of the server's own tables, walked: nothing here names a route.
@Suite(.timeLimit(.minutes(10))) struct RouteTableTests {
    /// A row as it is asked for over a socket.
    struct Row: CustomStringConvertible {
        let route: Route<Identity>
        let number: Int
        let method: HTTP.Method
        let path: String
        var description: String { "\(method.name) \(path)" }

        var body: BodyPolicy? {
            if case .whole(let policy, _) = route.action { policy } else { nil }
        }
    }

    /// The tables of a server that is not started.
    private static func router(_ options: ServerOptions) throws -> Router {
        let parts = try BackendParts(options, mode: .development)
        defer { parts.services.database.close() }
        let services = parts.services
        let database = try #require(services.database as? SQLiteDatabase)
        let reader = try database.makeReader()
        let store = LoopStore(reader: reader, lookUps: reader, writes: database, detach: {})
        let rest = LoopApplication.makeREST(
            services: services, schemas: parts.schemas, store: store)
        let hub = LoopApplication.makeHub(
            services: services, schemas: parts.schemas, reader: store.reader,
            gateway: Gateway(auth: services.auth), inLaterTurn: { $0() })
        return LoopApplication.makeRouter(
            services: services, schemas: parts.schemas, rest: rest, hub: hub, store: store)
    }

    /// Every row with every method, and `p` for each parameter.
    private static func rows() throws -> (router: Router, rows: [Row]) {
        let project = try TestProject(models: nil)
        // The tables are the same on every engine, and this one's rows are read without a loop.
        let router = try router(
            try ServerOptions(project: project.path, listen: "127.0.0.1:0", logLevel: "error"))
        let rows = router.tables.flatMap { table in
            table.routes.enumerated().flatMap { number, route in
                let segments = route.pattern.text.split(separator: "/").map {
                    $0.hasPrefix("{") ? "p" : String($0)
                }
                let path = "\(table.prefix)/" + segments.joined(separator: "/")
                return (route.methods.methods + (route.methods == .any ? [.other("TRACE")] : []))
                    .map { Row(route: route, number: number, method: $0, path: path) }
            }
        }
        return (router, rows)
    }

    @Test func `every row is reached by what it names, and by nothing else's`() throws {
        let (router, rows) = try Self.rows()
        #expect(rows.count > 100)
        for row in rows {
            let destination = router.destination(of: Request(row.method, row.path))
            switch destination.match {
            case .row(let number, _):
                let found = router.tables[destination.table].routes[number]
                #expect(found.pattern == row.route.pattern, "\(row)")
                #expect(found.methods == row.route.methods, "\(row)")
            case .refusal: Issue.record("\(row) is not reached")
            }
        }
    }

    @Test func `no two rows take the same request`() throws {
        let (router, _) = try Self.rows()
        for table in router.tables {
            for (number, one) in table.routes.enumerated() {
                for other in table.routes.dropFirst(number + 1)
                where Self.form(one.pattern) == Self.form(other.pattern) {
                    #expect(one.methods.isDisjoint(with: other.methods), "\(one.pattern.text)")
                }
            }
        }
        let prefixes = router.tables.map { "\($0.prefix)" }
        #expect(Set(prefixes).count == prefixes.count)
    }

    @Test func `who may not enter is told so, whatever the row`() throws {
        let server = try TestBackend()
        for row in try Self.rows().rows {
            let (none, garbage) =
                ([], [("apikey", "garbage")]) as ([(String, String)], [(String, String)])
            let forged = [("apikey", server.anonymous), ("Authorization", "Bearer x.y.z")]
            let statuses = try [none, garbage, forged].map { fields in
                try Self.ask(row, fields, of: server).status
            }
            switch row.route.entry {
            case .open, .local: #expect(!statuses.contains(401), "\(row)")
            case .key, .socketKey: #expect(statuses.prefix(2) == [401, 401], "\(row)")
            case .caller: #expect(statuses == [401, 401, 401], "\(row)")
            }
        }
    }

    @Test func `a body beyond a row's policy is refused before it comes`() throws {
        let server = try TestBackend()
        for row in try Self.rows().rows {
            guard let policy = row.body else { continue }
            let length = ("Content-Length", "\(policy.bytesMax + 1)")
            let answer = try Self.ask(row, [("apikey", server.service), length], of: server)
            #expect(answer.status == 413, "\(row)")
            guard !policy.mediaTypes.isEmpty else { continue }
            let type = ("Content-Type", "application/x-none")
            let other = try Self.ask(
                row, [("apikey", server.service), type, ("Content-Length", "1")], of: server)
            #expect(other.status == 415 || other.status == 400, "\(row)")
            #expect(other.text.contains("Content-Type not acceptable: application/x-none"))
        }
    }

    @Test func `a row that does not look at the body does not wait for it`() throws {
        let server = try TestBackend()
        for row in try Self.rows().rows where row.body == nil {
            let with = try Self.ask(
                row, [("apikey", server.service), ("Content-Length", "99999999")], of: server)
            let without = try Self.ask(row, [("apikey", server.service)], of: server)
            #expect(with.status == without.status, "\(row)")
        }
    }

    private static func ask(
        _ row: Row, _ fields: [(String, String)], of server: TestBackend
    ) throws -> HTTPAnswer {
        try HTTPClient(port: server.port).send(row.method.name, row.path, fields: fields)
    }

    /// A pattern without the names of its parameters.
    private static func form(_ pattern: PathPattern) -> String {
        pattern.text.replacing(/\{[^.}]*/, with: "{")
    }
}
