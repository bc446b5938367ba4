// Databases that nobody else waits for, on which no project has decided anything: the one that
// migrations are tried on, and those of tests.

extension DatabaseConfiguration {
    /// A temporary database that behaves like a real one, but for loops, threads and a writer that
    /// are in no hurry: machines that run tests are busy.
    public static var temporary: DatabaseConfiguration {
        var configuration = alone(.temporary)
        configuration.inlineTime = .milliseconds(100)
        configuration.firstSlice = .milliseconds(500)
        configuration.writeTimeout = configuration.statementTimeout
        return configuration
    }

    /// The database in the file at `path`, as tests have it.
    public static func file(_ path: String) -> DatabaseConfiguration { alone(.file(path)) }

    private static func alone(_ location: Location) -> DatabaseConfiguration {
        DatabaseConfiguration(
            location: location, statementTimeout: .seconds(8), inlineTime: .milliseconds(5),
            slowReadThreads: 2, firstSlice: .milliseconds(50), waitingSlowReadsMax: 256,
            waitingSlowReadsPerCallerMax: 64, waitingWritesMax: 8192,
            waitingWritesOfCallerMax: 1024, waitingFirstMax: 1024, waitingFirstOfCallerMax: 256,
            writerTurn: .milliseconds(5), writeTimeout: .milliseconds(500), longWriteShare: 25,
            longReadTime: .seconds(120), longReadsMax: 64, longReadsPerCallerMax: 16,
            walBytesMax: 256 << 20)
    }
}
