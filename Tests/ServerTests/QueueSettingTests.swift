import Configuration
import Quotas
import StorePostgres
import StoreSQLite
import Testing

@testable import Realtime
@testable import Server

/// The bounds that an operator may turn reach the rooms that keep them.
@Suite struct QueueSettingTests {
    private static let memory = MemoryPool(bytesMax: .max, perCallerMax: .max)

    private func sqlite(_ settings: Settings) -> DatabaseConfiguration {
        SQLiteLocation(path: "/none", dataDirectory: "/")
            .configuration(settings, memory: Self.memory)
    }

    @Test func `what may wait for SQLite is what the project says`() {
        var settings = Settings()
        settings.database.waitingMax = 1
        settings.database.waitingPerCallerMax = 2
        settings.database.slowWaitingMax = 3
        settings.database.slowWaitingPerCallerMax = 4
        settings.database.longAnswersMax = 5
        settings.database.longAnswersPerCallerMax = 6
        settings.database.longAnswerSeconds = 7
        settings.database.walBytesMax = 8
        settings.database.signInWaitingMax = 9
        settings.database.signInWaitingPerCallerMax = 10
        let database = sqlite(settings)
        #expect(database.waitingWritesMax == 1 && database.waitingWritesOfCallerMax == 2)
        #expect(database.waitingSlowReadsMax == 3 && database.waitingSlowReadsPerCallerMax == 4)
        #expect(database.longReadsMax == 5 && database.longReadsPerCallerMax == 6)
        #expect(database.longReadTime == .seconds(7) && database.walBytesMax == 8)
        #expect(database.waitingFirstMax == 9 && database.waitingFirstOfCallerMax == 10)
    }

    @Test func `how long a database does one thing is what the project says`() throws {
        var settings = Settings()
        settings.database.slowReadSliceMilliseconds = 1
        settings.database.writeTurnMilliseconds = 2
        settings.database.heldUpMilliseconds = 3
        settings.database.slowMilliseconds = 4
        settings.database.longMilliseconds = 5
        let database = sqlite(settings)
        #expect(database.firstSlice == .milliseconds(1))
        #expect(database.writerTurn == .milliseconds(2))
        let address = try #require(DatabaseAddress("postgres://u@127.0.0.1/db"))
        let patience = PostgresLocation(cluster: try address.cluster(), description: "")
            .configuration(settings, memory: Self.memory).cluster.patience
        #expect(patience.heldUpMilliseconds == 3 && patience.slowMilliseconds == 4)
        #expect(patience.longMilliseconds == 5)
    }

    @Test func `what a socket may hold is what the project says`() {
        var project = Settings().realtime
        project.socketsPerLoopMax = 1
        project.bindingsPerSocketMax = 2
        project.joinsPerSecondMax = 3
        project.queueBytesMax = 4
        project.stepMilliseconds = 5
        let feeds = FeedSettings(project)
        #expect(feeds.sessionsMax == 1 && feeds.bindingsPerSessionMax == 2)
        #expect(feeds.joinsPerSecondMax == 3 && feeds.queuedBytesMax == 4)
        #expect(feeds.stepTime == .milliseconds(5))
    }
}
