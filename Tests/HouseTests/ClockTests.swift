import Testing

/// The clock on the wall may be set back and forward at any time: it dates things. What waits, ages
/// or is limited is measured by a clock that only runs.
@Suite struct ClockTests {
    /// Who reads the wall clock, and what for.
    static let readers: [String: String] = [
        "Sources/Auth/AuthService.swift": "exp and iat of tokens, times in rows",
        "Sources/Auth/Secrets.swift": "iat and exp of new keys",
        "Sources/StoreSQLite/Archive/ArchiveConfiguration.swift": "when a write was committed",
        "Sources/StoreSQLite/Capture/ChangeLog.swift": "when a change was committed",
        "Sources/StoreSQLite/Functions/ConversionFunctions.swift": "now() of rows that are there",
        "Sources/Diagnostics/Instant.swift": "the clock itself",
        "Sources/Diagnostics/Log.swift": "when a line was written",
        "Sources/Expressions/Functions/Function+Generators.swift": "uuidv7()",
        "Sources/HTTPServer/ServerLoop.swift": "the Date field",
        "Sources/REST/RESTService.swift": "now() in rules and defaults",
        "Sources/Realtime/RealtimeHub.swift": "exp of tokens, now() in rules",
        "Sources/Schema/Migrator.swift": "when a migration was applied",
        "Sources/Server/Backup/BackupFolder.swift": "when a backup was begun",
        "Sources/Server/DeletedRows/DeletedRowsCommand.swift": "how long ago rows were deleted",
        "Sources/Server/LoopRegistry.swift": "exp of tokens",
        "Sources/Server/MigrationCommands.swift": "a migration file's version",
        "Sources/Server/SchemaSet+Apply.swift": "now() in the defaults of seeds",
    ]

    static let words = [
        "Instant.now", "= .now", ": .now", ", .now", "{ .now }", "CLOCK_REALTIME",
        "sem_timedwait", "pthread_cond_timedwait", "gettimeofday", "time(nil)", "Date()",
    ]

    @Test(arguments: SourceTree.sources.filter { $0.target != "Benchmarks" })
    func `the wall clock dates things and measures nothing`(file: SourceTree.File) {
        guard Self.readers[file.path] == nil else { return }
        for (number, line) in file.code.enumerated() {
            for word in Self.words where line.contains(word) && !line.contains("slot") {
                Issue.record("\(file.path):\(number + 1) reads the wall clock: \(word)")
            }
        }
    }

    @Test func `the list of readers is not longer than it must be`() {
        let read = SourceTree.sources.filter { file in
            file.code.contains { line in
                Self.words.contains { line.contains($0) }
            }
        }
        #expect(Set(Self.readers.keys).subtracting(read.map(\.path)).isEmpty)
    }
}
