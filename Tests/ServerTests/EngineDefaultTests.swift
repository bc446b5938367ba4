import Configuration
import Quotas
import StorePostgres
import StoreSQLite
import Testing

@testable import Server

/// What an engine does where nobody says anything is what the settings say by default: whoever
/// measures or tests an engine alone has what is served.
@Suite struct EngineDefaultTests {
    static let memory = MemoryPool(bytesMax: .max, perCallerMax: .max)

    /// What is shared out by the machine's memory and processors.
    static let ofTheMachine: Set<String> = [
        "location", "memory", "loops", "pageCacheBytesMax", "changedBytesMax", "connectionsMax",
        "lanes", "cluster",
    ]

    @Test func `SQLite's are those of the settings`() {
        let made = SQLiteLocation(path: "/none", dataDirectory: "/")
            .configuration(Settings(), memory: Self.memory)
        #expect(Self.fields(of: made) == Self.fields(of: DatabaseConfiguration.file("/none")))
        #expect(Self.fields(of: made).count > 12)
    }

    @Test func `PostgreSQL's are those of the settings`() throws {
        let address = try #require(DatabaseAddress("postgres://u@127.0.0.1/db"))
        let cluster = try address.cluster()
        let made = PostgresLocation(cluster: cluster, description: "")
            .configuration(Settings(), memory: Self.memory)
        var standard = PostgresConfiguration(cluster)
        // Nobody waits for what commands and tests write.
        #expect(standard.writeTimeout == nil && made.writeTimeout == .milliseconds(500))
        standard.writeTimeout = made.writeTimeout
        #expect(Self.fields(of: made) == Self.fields(of: standard))
        #expect(Self.fields(of: made.cluster) == Self.fields(of: standard.cluster))
        #expect(Self.fields(of: made.cluster).count > 9)
        for lane in Lane.allCases {
            // How many there are of each the loops share out.
            var (one, other) = (made.cluster.settings(of: lane), cluster.settings(of: lane))
            one.connectionsMax = 0
            other.connectionsMax = 0
            #expect(one == other, "\(lane)")
        }
    }

    private static func fields(of configuration: Any) -> [String: String] {
        var fields: [String: String] = [:]
        for (label, value) in Mirror(reflecting: configuration).children {
            guard let label, !ofTheMachine.contains(label) else { continue }
            fields[label] = "\(value)"
        }
        return fields
    }
}
