import Diagnostics
import Foundation
import Schema
import ServerTestSupport
import Store
import StoreSQLite
import Testing

@testable import Server

@Suite(.timeLimit(.minutes(10))) struct SchemaProofTests {
    private static let note = """
        {"properties": {"id": {"type": "integer", "identity": true}, "text": {"type": "string"}},
         "indexes": [{"on": ["text"]}], "access": {"all": true}}
        """

    /// What happens between two starts.
    struct Tampering: CustomTestStringConvertible {
        let name: String
        /// The code of the problem that the second start ends with; nil if it serves.
        let code: String?
        let change: @Sendable (ServerOptions) throws -> Void

        init(
            _ name: String, refusedWith code: String? = nil,
            _ change: @escaping @Sendable (ServerOptions) throws -> Void
        ) {
            self.name = name
            self.code = code
            self.change = change
        }

        var testDescription: String { name }

        static func writing(_ text: String, to file: String)
            -> @Sendable (ServerOptions) throws -> Void
        {
            { options in
                try Data(text.utf8).write(to: URL(filePath: options.schemasDirectory + "/" + file))
            }
        }

        static func running(_ script: String) -> @Sendable (ServerOptions) throws -> Void {
            { options in
                let database = try SQLiteDatabase.open(.file(options.databasePath))
                defer { database.close() }
                try database.writeAndWait { transaction throws(Problem) in
                    do throws(DatabaseError) {
                        try transaction.executeScript(script)
                    } catch {
                        throw Problem(error)
                    }
                }
            }
        }
    }

    static let tamperings = [
        Tampering("nothing") { _ in },
        Tampering(
            "a model gains a property", refusedWith: "migration_missing",
            Tampering.writing(
                note.replacing(
                    "\"text\": {", with: "\"more\": {\"type\": \"string\"}, \"text\": {"),
                to: "models/notes.json")),
        Tampering(
            "a model is added", refusedWith: "migration_missing",
            Tampering.writing(note, to: "models/tags.json")),
        Tampering(
            "a model is said in other words",
            Tampering.writing("\n" + note, to: "models/notes.json")),
        Tampering(
            "an index is dropped", refusedWith: "database_changed",
            Tampering.running("DROP INDEX \"notes_text_idx\"")),
        Tampering(
            "a table is added", refusedWith: "not_additive",
            Tampering.running("CREATE TABLE more (a INT) STRICT")),
        Tampering(
            "the proof is another's",
            Tampering.running("UPDATE _apus_meta SET value = 'x' WHERE key = 'schema_proof'")),
    ]

    private func isProven(_ options: ServerOptions) throws -> Bool {
        let database = try SQLiteDatabase.open(.file(options.databasePath))
        defer { database.close() }
        let set = try options.loadMigrations()
        let proof = SchemaProof(
            try SchemaSet.load(options), set, live: try Migrator(database, set).description().lines,
            engine: database.engine)
        return proof.isKept(in: database)
    }

    @Test(arguments: tamperings)
    func `a start passes over what is proven, and over nothing else`(tampering: Tampering) throws {
        let project = try TestProject(models: ["notes": Self.note])
        let options = try project.options()
        _ = try MigrationCommands.new(options, name: "first")
        try Backend.start(options, mode: .production(migrate: true)).stop()
        #expect(try isProven(options))
        try tampering.change(options)
        #expect(try isProven(options) == (tampering.name == "nothing"))
        do {
            try Backend.start(options, mode: .production(migrate: false)).stop()
            #expect(tampering.code == nil)
        } catch let problem as Problem {
            #expect(problem.code == tampering.code)
        }
        #expect(try isProven(options) == (tampering.code == nil))
    }
}
