import Diagnostics
import Expressions
import Foundation
import PostgresTestSupport
import ServerTestSupport
import Store
import StorePostgres
import StorePostgresTestSupport
import StoreSQLite
import TestSupport

@testable import Schema

/// A project with a database of its own, on either engine.
final class LifePlace {
    let isPostgres: Bool
    private let directory: TemporaryDirectory
    private var sqlite: SQLiteDatabase?
    private let postgres: PooledDatabase?

    init(isPostgres: Bool) throws {
        self.isPostgres = isPostgres
        directory = try TemporaryDirectory()
        postgres = isPostgres ? try PooledDatabase() : nil
        try FileManager.default.createDirectory(
            atPath: directory.file(".apus"), withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        try open()
    }

    deinit { sqlite?.close() }

    private func open() throws {
        if !isPostgres { sqlite = try SQLiteDatabase.open(.file(directory.file(".apus/apus.db"))) }
    }

    var target: any MigrationTarget {
        get throws {
            if let postgres { return postgres.migrations }
            if let sqlite { return sqlite }
            throw Closed()
        }
    }

    private struct Closed: Error {}

    var emptySet: MigrationSet {
        get throws { MigrationSet([], in: try target.definitions.fileForm) }
    }

    func migrator(_ set: MigrationSet) throws -> Migrator { Migrator(try target, set) }

    func structure() throws -> DatabaseStructure { try migrator(emptySet).structure() }

    func declared(_ catalogue: Catalogue) throws -> DeclaredTables {
        try declare(catalogue, on: try target)
    }

    private func declare(
        _ catalogue: Catalogue, on target: some MigrationTarget
    ) throws -> DeclaredTables {
        try DeclaredTables(catalogue, on: target) { source, model throws(SchemaFailure) in
            try Rulebook.compile(try Catalogue(parsing: [])).definition(of: source, in: model)
        }
    }

    // MARK: Rows

    /// Runs statements, one after the other.
    func run(_ statements: String) throws {
        if let postgres { return try postgres.database.client().execute(statements) }
        try target.migrate { transaction throws(Problem) in
            try migrating { () throws(DatabaseError) in try transaction.execute(statements) }
        }
    }

    func findings(_ query: String) throws -> [[String]] {
        let found = try target.inspect { transaction throws(Problem) in
            try migrating { () throws(DatabaseError) in
                try transaction.findings(of: query, limit: .max)
            }
        }
        return found.map { row in
            row.map { $0.hasPrefix("'") ? String($0.dropFirst().dropLast()) : $0 }
        }
    }

    /// The rows of a model.
    func rows(of model: LifeModel) throws -> [Oracle.Row] {
        let values = model.columns.map {
            Cell.finding("\"\($0.name)\"", $0.kind, isPostgres: isPostgres)
        }
        let found = try findings("SELECT \(values.joined(separator: ", ")) FROM \"\(model.name)\"")
        return found.map { row in
            var cells: Oracle.Row = [:]
            for (text, column) in zip(row, model.columns) {
                cells[column.id] = Cell(found: text, column.kind)
            }
            return cells
        }
    }

    func insert(_ row: Oracle.Row, into model: LifeModel) throws {
        let columns = model.columns.filter { $0.generated == nil }
        let names = columns.map { "\"\($0.name)\"" }.joined(separator: ", ")
        let values = columns.map {
            (row[$0.id] ?? .null).literal($0.kind, isPostgres: isPostgres)
        }
        try run(
            "INSERT INTO \"\(model.name)\" (\(names)) VALUES (\(values.joined(separator: ", ")))")
    }

    /// What is wrong with references, constraints and indexes that the engine knows to be wrong.
    func faults() throws -> [String] {
        let queries =
            isPostgres
            ? [
                "SELECT 'not validated: ' || conname FROM pg_constraint WHERE NOT convalidated",
                "SELECT 'invalid: ' || indexrelid::regclass FROM pg_index WHERE NOT indisvalid",
            ]
            : [
                "SELECT 'broken: ' || \"table\" FROM pragma_foreign_key_check",
                "SELECT integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok'",
                "SELECT 'left: ' || name FROM sqlite_schema WHERE name GLOB '_apus_new_*'",
            ]
        return try queries.flatMap { try findings($0).map { $0.joined(separator: " ") } }
    }

    // MARK: The command line

    /// Writes the project's files as they are to be.
    func write(_ files: [(String, String)], _ set: MigrationSet) throws {
        for folder in ["Schemas", "Migrations"] {
            try? FileManager.default.removeItem(atPath: directory.file(folder))
        }
        for (path, text) in files { try directory.write(text, to: "Schemas/\(path)") }
        try directory.write("", to: "Migrations/.keep")
        for file in set.files { try directory.write(file.text, to: "Migrations/\(file.fileName)") }
    }

    /// Runs `apus migrate WORD` while nobody else has the database.
    ///
    /// - Parameter milliseconds: after which it is killed, if it runs for so long.
    /// - Returns: its exit code and what it says.
    func migrate(
        _ words: [String], killedAfter milliseconds: Int? = nil
    ) throws -> (code: Int32?, lines: [String]) {
        sqlite?.close()
        sqlite = nil
        let environment = postgres.map { ["APUS_DATABASE": $0.database.url] } ?? [:]
        let command = try RunningCommand(
            ["migrate"] + words + ["--project", directory.path], environment: environment)
        if let milliseconds {
            Thread.sleep(forTimeInterval: Double(milliseconds) / 1_000)
            kill(command.process, SIGKILL)
        }
        var lines: [String] = []
        while let line = command.nextLine() { lines.append(line) }
        let code = command.exitCode()
        try open()
        return (code, lines)
    }
}

/// What an error says, all of it.
func words(of error: any Error) -> String {
    guard let problem = error as? Problem else { return "\(error)" }
    return "\(problem.message) \(problem.details.map { "\($0)" } ?? "")"
}
