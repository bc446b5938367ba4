import Configuration
import Store
import Diagnostics
import Disk

extension ServerOptions {
    /// Makes the data directory, or makes sure that it is its owner's alone; the project it belongs
    /// to has to be there.
    func prepareDataDirectory(log: Log) throws(Problem) {
        if dataDirectory.hasPrefix(projectDirectory + "/") {
            try FileSystem.requireFolder(projectDirectory)
        }
        try DataDirectory.prepare(dataDirectory) { log.record($0) }
    }

    /// The same for a command that a person runs and that has no log of its own.
    func prepareDataDirectory() throws { try prepareDataDirectory(log: try commandLog()) }

    /// Opens the database for a command that a person runs, and closes it afterwards.
    func withDatabase<R>(_ body: (any ServedDatabase) throws -> R) throws -> R {
        try prepareDataDirectory()
        let settings = try loadSettings().resolved()
        let database = try database().open(
            settings, memory: settings.memory.makePool(), log: try commandLog())
        defer { database.close() }
        return try body(database)
    }

    /// Where a command that a person runs tells what it does besides.
    func commandLog() throws -> Log {
        let log = try loadSettings().resolved().log
        return Log(level: log.level, format: log.format ?? .text)
    }
}
