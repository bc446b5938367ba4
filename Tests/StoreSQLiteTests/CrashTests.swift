import Bytes
import Diagnostics
import Glibc
import Store
import StoreSQLite
import TestSupport
import Testing
import Values

private let names = CapturedTable(
    name: "items", columns: [("id", .integer), ("name", .text)], key: [0], retain: .seconds(3600))

@Suite(.timeLimit(.minutes(10))) struct CrashTests {
    @Test func `acknowledged writes survive a kill in mid-write`() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            let database = try makeItems(.file(path + "/apus.db"))
            database.setCaptured([names])
            let acknowledged = unsafe open(path + "/ids", O_WRONLY | O_CREAT | O_APPEND, 0o600)
            let count = Counter()
            await withTaskGroup(of: Void.self) { group in
                for task in 0..<16 {
                    group.addTask {
                        for round in 0... {
                            let name = "t\(task)-\(round)"
                            let isDone =
                                (try? await database.write { transaction throws(Problem) in
                                    _ = try transaction.exec(
                                        insertItem, .text(name), .null, .null, .null)
                                }) != nil
                            guard isDone else { return }
                            let line = Array((name + "\n").utf8)
                            unsafe _ = line.withUnsafeBytes {
                                unsafe write(acknowledged, $0.baseAddress, $0.count)
                            }
                            if count.next() == 400 {
                                kill(getpid(), SIGKILL)
                            }
                        }
                    }
                }
            }
        }
        var configuration = DatabaseConfiguration.file(path + "/apus.db")
        configuration.inlineTime = .seconds(60)
        let database = try SQLiteDatabase.open(configuration)
        defer { database.close() }
        let reader = try database.makeReader()
        let stored = Set(try reader.all("SELECT name FROM items").map { $0[0] })
        let acknowledged = String(utf8: directory.read("ids")).split(separator: "\n")
        #expect(acknowledged.count >= 400)
        for name in acknowledged { #expect(stored.contains(.text(String(name)))) }
        let logged = try reader.changes(after: 0, limit: 100_000, of: [names])
        #expect(Set(logged.map { $0.new?.values[1] ?? .null }) == stored)
        #expect(logged.map(\.sequence) == (0..<Int64(logged.count)).map { $0 + 1 })
        #expect(try reader.all("PRAGMA integrity_check") == [["ok"]])
    }

    @Test func `a commit that the disk refuses fails clearly and the writer lives`() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path
        await #expect(processExitsWith: .success) { [path = path as String] in
            signal(SIGXFSZ, SIG_IGN)
            let database = try makeItems(.file(path + "/apus.db"))
            let insert: @Sendable (Int) throws(Problem) -> Void = { size throws(Problem) in
                try database.writeAndWait { transaction throws(Problem) in
                    _ = try transaction.exec(
                        "INSERT INTO items(name, data) "
                            + "VALUES (hex(randomblob(8)), hex(zeroblob(?7)))",
                        .integer(Int64(size)))
                }
            }
            try insert(10)
            var bound = rlimit()
            unsafe _ = getrlimit(__rlimit_resource_t(1), &bound)  // RLIMIT_FSIZE
            let before = bound
            bound.rlim_cur = 300_000
            unsafe _ = setrlimit(__rlimit_resource_t(1), &bound)
            let problem = #expect(throws: Problem.self) { try insert(1_000_000) }
            #expect(problem?.status == 503)
            #expect(problem?.code == "58030" || problem?.code == "53100")
            var after = before
            unsafe _ = setrlimit(__rlimit_resource_t(1), &after)
            try insert(1_000_000)
            let rows = try database.makeReader().all("SELECT count(*) FROM items")
            #expect(rows == [[.integer(2)]])
            database.close()
        }
    }
}
