import Diagnostics
import PostgresTestSupport
import Schema
import ServerTestSupport
import Store
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
        let change: @Sendable (TestProject) throws -> Void

        init(
            _ name: String, refusedWith code: String? = nil,
            _ change: @escaping @Sendable (TestProject) throws -> Void
        ) {
            self.name = name
            self.code = code
            self.change = change
        }

        var testDescription: String { name }

        static func writing(_ text: String, to file: String)
            -> @Sendable (TestProject) throws -> Void
        {
            { project in try project.write(text, to: "Schemas/" + file) }
        }

        static func running(_ script: String) -> @Sendable (TestProject) throws -> Void {
            { project in try project.execute(script) }
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
            "a table is added", refusedWith: "schema_refused",
            Tampering.running("CREATE TABLE more (a INT)\(TestEngine.isPostgres ? "" : " STRICT")")),
        Tampering(
            "the proof is another's",
            Tampering.running("UPDATE \(TestProject.facts) SET value = 'x' WHERE key = 'schema_proof'")),
    ]

    private func isProven(_ options: ServerOptions) throws -> Bool {
        let set = try options.loadMigrations()
        return try options.withDatabase { database in
            let live = try Migrator(database, set).description().lines
            let proof = SchemaProof(
                try SchemaSet.load(options), set, live: live, engine: database.engine)
            return proof.isKept(in: database)
        }
    }

    @Test(arguments: tamperings)
    func `a start passes over what is proven, and over nothing else`(tampering: Tampering) throws {
        let project = try TestProject(models: ["notes": Self.note])
        let options = try project.options()
        _ = try MigrationCommands.new(options, name: "first")
        try Backend.start(options, mode: .production(migrate: true)).stop()
        #expect(try isProven(options))
        try tampering.change(project)
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
