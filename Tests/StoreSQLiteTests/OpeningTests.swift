import Bytes
import Diagnostics
import Glibc
import Store
import StoreSQLite
import TestSupport
import Testing
import Values

@Suite(.timeLimit(.minutes(10))) struct OpeningTests {
    @Test func `a second opener is refused with the reason`() throws {
        let directory = try TemporaryDirectory()
        let configuration = DatabaseConfiguration.file(directory.path + "/apus.db")
        let database = try SQLiteDatabase.open(configuration)
        let problem = #expect(throws: Problem.self) { try SQLiteDatabase.open(configuration) }
        #expect(problem?.code == "55006")
        #expect(problem?.message.contains("process \(getpid())") == true)
        database.close()
        try SQLiteDatabase.open(configuration).close()
    }

    @Test func `a database let go is closed`() throws {
        let directory = try TemporaryDirectory()
        let configuration = DatabaseConfiguration.file(directory.path + "/apus.db")
        for _ in 0..<3 { _ = try SQLiteDatabase.open(configuration) }
    }

    @Test func `what is noted is known at once, and after the next opening`() throws {
        let directory = try TemporaryDirectory()
        let configuration = DatabaseConfiguration.file(directory.path + "/apus.db")
        for round in 0..<3 {
            let database = try SQLiteDatabase.open(configuration)
            defer { database.close() }
            #expect(database.fact("colour") == (round == 0 ? nil : "blue \(round - 1)"))
            try database.note("colour", "blue \(round)")
            #expect(database.fact("colour") == "blue \(round)")
            #expect(database.fact("epoch") == database.epoch)
        }
    }

    @Test func `of those who note at once the first one's stands`() async throws {
        let database = try SQLiteDatabase.open(.temporary)
        defer { database.close() }
        let noted = try await withThrowingTaskGroup(of: String.self) { group in
            for number in 0..<16 {
                group.addTask { try database.noteIfAbsent("colour", "blue \(number)") }
            }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(noted.count == 1)
        #expect(database.fact("colour") == noted.first)
        try database.note("colour", "red")
        #expect(try database.noteIfAbsent("colour", "blue") == "red")
    }

    @Test func `what is noted can be read while a server holds the database`() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/apus.db"
        #expect(try SQLiteDatabase.facts(at: path).isEmpty)
        #expect(unsafe access(path, F_OK) != 0)
        let database = try SQLiteDatabase.open(.file(path))
        try database.note("colour", "blue")
        let held = try SQLiteDatabase.facts(at: path)
        #expect(held["colour"] == "blue" && held["epoch"] == database.epoch)
        database.close()
        #expect(try SQLiteDatabase.facts(at: path) == held)
    }

    @Test func `a file that is not a database is refused`() throws {
        let directory = try TemporaryDirectory()
        try directory.write(Array(repeating: 0x41, count: 8192), to: "apus.db")
        let problem = #expect(throws: Problem.self) {
            try SQLiteDatabase.open(.file(directory.path + "/apus.db"))
        }
        #expect(problem?.code == "XX001")
        #expect(problem?.message.contains("apus.db is damaged or is not an Apus database") == true)
        // In its place a backup would meet the log that still lies there.
        #expect(
            problem?.hint
                == "Keep its files as they are, copy a backup into an empty directory, and serve that "
                + "with --data.")
        #expect(directory.read("apus.db").count == 8192)
    }

    @Test func `a damaged schema is refused`() throws {
        let directory = try TemporaryDirectory()
        let configuration = DatabaseConfiguration.file(directory.path + "/apus.db")
        try SQLiteDatabase.open(configuration).close()
        var bytes = directory.read("apus.db")
        for index in 100..<4096 { bytes[index] = 0xFF }
        try directory.write(bytes, to: "apus.db")
        let problem = #expect(throws: Problem.self) { try SQLiteDatabase.open(configuration) }
        #expect(problem?.code == "XX001")
    }

    @Test func `another application's database is refused`() throws {
        let directory = try TemporaryDirectory()
        let configuration = DatabaseConfiguration.file(directory.path + "/apus.db")
        try SQLiteDatabase.open(configuration).close()
        var bytes = directory.read("apus.db")
        // The application id stands at bytes 68…71 of the header (fileformat2.html §1.3).
        bytes[68] = 0x7F
        try directory.write(bytes, to: "apus.db")
        let problem = #expect(throws: Problem.self) { try SQLiteDatabase.open(configuration) }
        #expect(problem?.code == "XX001")
        #expect(problem?.message.contains("another application") == true)
    }

    @Test func `a path that cannot be made says why`() throws {
        let directory = try TemporaryDirectory()
        try directory.write([1], to: "file")
        let problem = #expect(throws: Problem.self) {
            try SQLiteDatabase.open(.file(directory.path + "/file/apus.db"))
        }
        #expect(problem?.message.contains("Not a directory") == true)
        #expect(problem?.code == "58030")
        try SQLiteDatabase.open(.file(directory.path + "/a/b/apus.db")).close()
    }

    @Test func `a read-only file is refused`() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/apus.db"
        try SQLiteDatabase.open(.file(path)).close()
        unsafe _ = chmod(path, 0o444)
        unsafe _ = chmod(directory.path, 0o777)
        unsafe _ = chmod(directory.path + "/lock", 0o666)
        await #expect(processExitsWith: .success) { [path = path as String] in
            // Root may write everything: become nobody.
            if getuid() == 0 { #expect(setuid(65_534) == 0) }
            let problem = #expect(throws: Problem.self) { try SQLiteDatabase.open(.file(path)) }
            #expect(problem?.code == "58030")
            #expect(problem?.message.contains("Cannot write") == true)
        }
    }

    @Test func `a temporary database leaves no file behind`() throws {
        let database = try SQLiteDatabase.open(.temporary)
        let reader = try database.makeReader()
        let path = try reader.all("SELECT file FROM pragma_database_list")
        guard case .text(let file) = path[0][0] else {
            Issue.record("there is no file to look for: \(path)")
            return
        }
        #expect(unsafe access(file, F_OK) == 0)
        database.close()
        #expect(unsafe access(file, F_OK) != 0)
    }
}
