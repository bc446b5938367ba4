import Bytes
import Database
import Diagnostics
import Expressions
import Schema

/// The schema files and what was compiled from them: always used and replaced together.
struct SchemaSet: Sendable {
    let catalogue: Catalogue
    let rulebook: Rulebook
    /// The files as they were read.
    let files: [(path: String, contents: [UInt8])]

    /// Reads and checks every schema file.
    ///
    /// - Throws: `SchemaFailure` with every fault of every file.
    static func load(_ options: ServerOptions) throws(SchemaFailure) -> SchemaSet {
        let files = try Catalogue.files(ofSchemas: options.schemasDirectory)
        let catalogue = try Catalogue(parsing: files)
        return SchemaSet(
            catalogue: catalogue, rulebook: try Rulebook.compile(catalogue), files: files)
    }

    /// What separates a database from the declared models. `recorded` is what the migration files
    /// build, where that may be less.
    func difference(
        from structure: DatabaseStructure, recorded: DatabaseStructure? = nil
    ) throws(SchemaFailure) -> Difference {
        try Difference.between(
            structure, recorded: recorded, catalogue, render: rulebook.sqlText)
    }

    /// Which tables feed the change log.
    var capturedTables: [CapturedTable] {
        catalogue.models.compactMap { model in
            model.realtime.map { settings in
                CapturedTable(
                    name: model.name, columns: model.columns.map { ($0.name, $0.type) },
                    key: model.primaryKey,
                    retain: settings.retain ?? catalogue.project.realtime.retain)
            }
        }
    }

    /// Writes the JSON Schema of model files beside the database, for editors.
    func writeModelSchema(_ options: ServerOptions) throws(Problem) {
        try FileSystem.replace(
            options.dataDirectory + "/model.schema.json", with: ModelFileSchema.bytes)
    }
}
