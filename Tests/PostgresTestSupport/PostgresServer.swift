import Foundation
import PostgresWire
import Synchronization
import TestSupport
public import Testing

/// A private PostgreSQL server that is thrown away: a cluster of its own, over a Unix socket only,
/// that never waits for a disk.
///
/// A watching shell ends the server and removes its directory when the last reference goes, or when
/// the tests end in whatever way: it notices that the pipe from them is closed. It is the leader of
/// a session of its own, so that what is sent to all of a terminal's programs does not reach it.
public final class PostgresServer: Sendable {
    /// Where its data (`data`), log (`log`) and socket are.
    public let directory: String
    private let binaries: PostgresBinaries
    private let watch: Mutex<ChildProcess>
    private let databases = Counter()

    /// Whether this machine has PostgreSQL, in a place that ``PostgresServer`` looks at.
    public static let isInstalled = PostgresBinaries.installed != nil

    /// Why tests are skipped where it has not.
    public static let whatToInstall: Comment = """
        needs PostgreSQL: apt install postgresql, or APUS_POSTGRES_BIN=<folder of initdb>
        """

    /// The server of all tests that neither stop it nor change its settings; started by the first
    /// that asks, ended with the process. Each test makes a database of its own on it.
    public static var shared: PostgresServer { get throws { try started.get() } }

    private static let started = Result { try makeOwn() }

    /// A server for one test, running: it may be stopped, killed and configured.
    ///
    /// - Parameter settings: lines of `postgresql.conf`, behind those of every test.
    public static func makeOwn(settings: [String] = []) throws -> PostgresServer {
        guard let binaries = PostgresBinaries.installed else {
            throw PostgresServerFault.notInstalled
        }
        let server = try PostgresServer(binaries)
        try server.makeCluster(settings)
        try server.start()
        return server
    }

    private init(_ binaries: PostgresBinaries) throws {
        self.binaries = binaries
        directory = try Self.makeDirectory()
        watch = Mutex(try Self.watch(directory, binaries))
    }

    /// Short, since the path of a socket has 107 bytes.
    private static func makeDirectory() throws -> String {
        var path = Array("\(folder)/apus-pg-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&path) != nil else {
            throw PostgresServerFault.failed("mkdtemp", "\(errno)")
        }
        let bytes = path.dropLast().map { UInt8(bitPattern: $0) }
        let directory = String(decoding: bytes, as: UTF8.self)
        if let account = PostgresBinaries.account {
            unsafe chown(directory, account.user, account.group)
        }
        return directory
    }

    /// In memory where there is room: a database has three hundred files, and to make and remove
    /// those on a disk's file system takes longer than all else that most tests do.
    private static let folder: String = {
        let memory = "/dev/shm"
        var status = statvfs()
        guard unsafe statvfs(memory, &status) == 0, unsafe access(memory, W_OK) == 0 else {
            return "/tmp"
        }
        let free = UInt64(status.f_bavail) * UInt64(status.f_frsize)
        return free >= roomInMemory ? memory : "/tmp"
    }()

    /// Bytes that must be free: some databases of 8 MB for each server, and its log.
    private static let roomInMemory: UInt64 = 4 << 30

    private static func watch(
        _ directory: String, _ binaries: PostgresBinaries
    ) throws -> ChildProcess {
        let script = """
            trap '' INT TERM HUP
            echo watching
            read -r nothing
            "$@" >/dev/null 2>&1
            rm -rf "$0"
            """
        let stop = binaries.command(
            "pg_ctl", ["-D", "\(directory)/data", "-m", "immediate", "stop"])
        let shell = try ChildProcess("setsid", ["sh", "-c", script, directory] + stop)
        // From here on it does not end before it has done its work.
        _ = shell.nextLine()
        return shell
    }

    private func makeCluster(_ settings: [String]) throws {
        try binaries.run(
            "initdb",
            [
                "-D", "\(directory)/data", "-U", "apus", "-A", "trust", "-E", "UTF8",
                "--locale=C.UTF-8", "--no-sync",
            ])
        let lines =
            [
                "", "listen_addresses = ''", "unix_socket_directories = '\(directory)'",
                "port = 5432", "max_connections = 300", "shared_buffers = 32MB", "fsync = off",
                "full_page_writes = off", "max_wal_size = 256MB",
            ] + settings
        let file = URL(filePath: "\(directory)/data/postgresql.conf")
        let handle = try FileHandle(forWritingTo: file)
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(lines.map { $0 + "\n" }.joined().utf8))
        try handle.close()
    }

    // MARK: Life

    /// Starts it after ``stop(immediate:)``, and waits until it takes connections.
    public func start() throws { try control(["-w", "-l", "\(directory)/log", "start"]) }

    /// Ends it, and waits for that.
    ///
    /// - Parameter immediate: as in a crash: no checkpoint, clients are cut off, and the next start
    ///   recovers. Else transactions are rolled back and clients told (`57P01`).
    public func stop(immediate: Bool = false) throws {
        try control(["-m", immediate ? "immediate" : "fast", "stop"])
    }

    /// ``stop(immediate:)``, then ``start()``.
    public func restart(immediate: Bool = false) throws {
        try stop(immediate: immediate)
        try start()
    }

    private func control(_ arguments: [String]) throws {
        try binaries.run("pg_ctl", ["-D", "\(directory)/data"] + arguments)
    }

    /// Runs one of PostgreSQL's programs to its end, as who owns the data.
    fileprivate func run(_ program: String, _ arguments: [String]) throws {
        try binaries.run(program, arguments)
    }

    // MARK: Databases

    /// How to reach a database as its superuser, `apus`.
    public func url(database: String = "postgres") -> String {
        "postgres://apus@/\(database)?host=\(directory)"
    }

    /// A session of the superuser's.
    public func client(database: String = "postgres") throws -> PostgresClient {
        try PostgresClient(url(database: database))
    }

    /// An empty database for one test, dropped when the last reference goes.
    ///
    /// - Parameters:
    ///   - template: the database that it is a copy of; nobody may be connected to it.
    ///   - options: what else CREATE DATABASE is told.
    public func makeDatabase(
        template: String = "template0", options: String = ""
    ) throws -> TestDatabase {
        let database = TestDatabase(server: self, name: "test_\(databases.next())")
        try client().execute("create database \(database.name) template \(template) \(options)")
        return database
    }
}

/// A database of a test's own.
public final class TestDatabase: Sendable {
    /// The server that has it.
    public let server: PostgresServer
    /// What it is called there.
    public let name: String

    fileprivate init(server: PostgresServer, name: String) {
        self.server = server
        self.name = name
    }

    deinit { try? server.client().execute("drop database if exists \(name) with (force)") }

    /// How to reach it as its superuser.
    public var url: String { server.url(database: name) }

    /// A session of the superuser's, which keeps the database.
    public func client() throws -> PostgresClient { try PostgresClient(url, keeping: self) }

    /// Has `psql` run a script, all of it or nothing.
    public func load(script: String) throws {
        let file = "\(server.directory)/\(name)-script.sql"
        try script.write(toFile: file, atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file)
        try server.run(
            "psql", ["--quiet", "--set", "ON_ERROR_STOP=1", "--file", file, url])
    }

    /// Has `psql` run a script that reads other files of its folder.
    public func load(_ script: String, ofFolder folder: String) throws {
        let files = FileManager.default
        let copy = "\(server.directory)/\(name)-scripts"
        try files.copyItem(atPath: folder, toPath: copy)
        for path in [""] + (try files.subpathsOfDirectory(atPath: copy)) {
            let file = path.isEmpty ? copy : "\(copy)/\(path)"
            let isFolder = try files.attributesOfItem(atPath: file)[.type] as? FileAttributeType
            try files.setAttributes(
                [.posixPermissions: isFolder == .typeDirectory ? 0o755 : 0o644], ofItemAtPath: file)
        }
        try server.run("psql", ["--quiet", "--file", "\(copy)/\(script)", url])
    }

    /// The path of what `pg_dump` writes of it.
    public func dump(_ options: String...) throws -> String {
        let file = "\(server.directory)/\(name).sql"
        try server.run("pg_dump", ["--file", file] + options + [url])
        return file
    }

    /// What `pg_dump` has written of it, read by `psql` into an empty database.
    ///
    /// - Parameter target: gives that database, once the dump is there; another one when left out.
    public func dumpedAndRestored(
        into target: (TestDatabase) throws -> TestDatabase = { try $0.server.makeDatabase() }
    ) throws -> TestDatabase {
        let file = try dump()
        let restored = try target(self)
        try server.run(
            "psql", ["--quiet", "--set", "ON_ERROR_STOP=1", "--file", file, restored.url])
        return restored
    }
}

extension Trait where Self == ConditionTrait {
    /// Skips a test on a machine without PostgreSQL, and says what to install.
    public static var needsPostgres: Self {
        .enabled(if: PostgresServer.isInstalled, PostgresServer.whatToInstall)
    }
}
