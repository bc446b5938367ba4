import Foundation
import PostgresTestSupport

/// How a server is started: the command, what it stores rows in, and what stands between it and
/// those who ask.
struct ServerLaunch: Sendable {
    /// Flags of the command, and what must be there for as long as it runs.
    struct Store: Sendable {
        var flags: [String] = []
        var kept: (any AnyObject & Sendable)?
    }

    /// As reports call it.
    let name: String
    /// A store of its own for one server, empty.
    let makeStore: @Sendable () throws -> Store
    /// Which of two servers with the same users it is, that differ in what these may not see; nil
    /// where each has users of its own.
    var side: Side?
    /// What the server is given instead of the project; for tests of the harness.
    var change: @Sendable (GeneratedProject) -> GeneratedProject = { $0 }
    /// What becomes of its answers on the way; nil where nothing stands in between.
    var alter: (@Sendable ([UInt8]) -> [UInt8])?

    /// `apus dev` on the file that it keeps in its data directory.
    static let sqlite = ServerLaunch(name: "SQLite") { Store() }

    /// `apus dev` on a database of a private PostgreSQL server.
    static let postgres = ServerLaunch(name: "PostgreSQL") {
        let database = try PostgresServer.shared.makeDatabase()
        return Store(flags: ["--database", database.url], kept: database)
    }

    /// `apus dev` on the engine of the tests, for both sides of what must not be told apart.
    static func twin(_ side: Side) -> ServerLaunch {
        var launch = ServerLaunch(name: "the \(side.rawValue)") { Store() }
        launch.side = side
        return launch
    }

    /// Who answers beside SQLite: PostgreSQL where it is installed, else SQLite once more, which
    /// at least shows that answers depend on nothing but the requests. `APUS_DIFFERENTIAL` names
    /// one of the two (`postgres`, `sqlite`).
    static var other: ServerLaunch {
        switch ProcessInfo.processInfo.environment["APUS_DIFFERENTIAL"] {
        case "postgres": postgres
        case "sqlite": ServerLaunch(name: "SQLite", makeStore: sqlite.makeStore)
        default:
            PostgresServer.isInstalled
                ? postgres
                : ServerLaunch(
                    name: "SQLite (\(PostgresServer.whatToInstall))", makeStore: sqlite.makeStore)
        }
    }
}
