import Configuration
import Diagnostics
import HTTPServer
import Schema
import Store

/// What a start needs beside the schema files: the certificate, the secrets, and a database that
/// has applied the same migration files. Judged by what the start itself refuses, while nothing is
/// made or changed: for `apus check`, and for a start that finds its port taken.
struct Surroundings {
    /// All that is wrong.
    private(set) var faults: [any Error] = []
    /// The tables of the database; nil where there is none, or where it cannot be looked at.
    private(set) var tables: StructureDescription?
    /// How the migration files stand to it; nil there too, and where they cannot be read.
    private(set) var status: MigrationStatus?
    /// That there is no database yet, for people; nil where there is one, or where there should be.
    private(set) var absence: String?

    /// Looks at them. Blocks.
    ///
    /// - Parameter files: the migration files; nil where they have faults, which are told with
    ///   those of the others.
    /// - Throws: `SchemaFailure` or `SettingFault` where settings cannot be read.
    init(_ options: ServerOptions, _ files: MigrationSet?) throws {
        let settings = try options.loadSettings().resolved()
        let (location, log) = (try options.database(), try options.commandLog())
        collect { try settings.tls.files?.requireUsable() }
        let sources = collect { try SecretsSources(options) }
        guard let found = collect({ try location.standing(log) }) else { return }
        tables = found?.tables
        if found == nil {
            absence =
                "There is no database at \(location.description) yet: nothing of one was looked at."
        }
        let facts = found?.facts ?? [:]
        collect { _ = try sources?.known(to: { facts[$0] }) }
        guard let found, let files else { return }
        let status = MigrationStatus(files, applied: found.records, begun: found.progress)
        self.status = status
        collect { try status.check() }
    }

    /// Does something, and keeps what it throws.
    @discardableResult
    private mutating func collect<R>(_ work: () throws -> R) -> R? {
        do {
            return try work()
        } catch {
            faults.append(error)
            return nil
        }
    }
}
