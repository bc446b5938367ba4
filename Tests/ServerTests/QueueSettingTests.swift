import Configuration
import StoreSQLite
import Testing

@testable import Realtime
@testable import Server

/// The bounds that an operator may turn reach the rooms that keep them.
@Suite struct QueueSettingTests {
    @Test func `what may wait for SQLite is what the project says`() {
        var settings = Settings().database
        settings.waitingMax = 1
        settings.waitingPerCallerMax = 2
        settings.slowWaitingMax = 3
        settings.slowWaitingPerCallerMax = 4
        settings.longAnswersMax = 5
        settings.longAnswersPerCallerMax = 6
        settings.longAnswerSeconds = 7
        settings.walBytesMax = 8
        var database = DatabaseConfiguration(location: .temporary)
        database.take(settings)
        #expect(database.waitingWritesMax == 1 && database.waitingWritesOfCallerMax == 2)
        #expect(database.waitingSlowReadsMax == 3 && database.waitingSlowReadsPerCallerMax == 4)
        #expect(database.longReadsMax == 5 && database.longReadsPerCallerMax == 6)
        #expect(database.longReadTime == .seconds(7) && database.walBytesMax == 8)
    }

    @Test func `where nothing is said the engine's own bounds hold`() {
        let standard = DatabaseConfiguration(location: .temporary)
        var database = standard
        database.take(Settings().database)
        #expect(database.waitingWritesMax == standard.waitingWritesMax)
        #expect(database.waitingWritesOfCallerMax == standard.waitingWritesOfCallerMax)
        #expect(database.waitingSlowReadsMax == standard.waitingSlowReadsMax)
        #expect(database.waitingSlowReadsPerCallerMax == standard.waitingSlowReadsPerCallerMax)
        #expect(database.longReadsMax == standard.longReadsMax)
        #expect(database.longReadsPerCallerMax == standard.longReadsPerCallerMax)
        #expect(database.longReadTime == standard.longReadTime)
        #expect(database.walBytesMax == standard.walBytesMax)
    }

    @Test func `what a socket may hold is what the project says`() {
        var project = Settings().realtime
        project.socketsPerLoopMax = 1
        project.bindingsPerSocketMax = 2
        project.joinsPerSecondMax = 3
        project.queueBytesMax = 4
        let feeds = FeedSettings(project)
        #expect(feeds.sessionsMax == 1 && feeds.bindingsPerSessionMax == 2)
        #expect(feeds.joinsPerSecondMax == 3 && feeds.queuedBytesMax == 4)
    }
}
