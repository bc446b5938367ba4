import Clients
import Diagnostics
import Expressions
import Schema

/// What `apus types` does.
public enum TypesCommand {
    /// The languages that types are made for.
    public enum Language: String, CaseIterable, Sendable {
        case typescript, swift
    }

    /// The types of a project's models, from its files alone.
    ///
    /// - Throws: `SchemaFailure` with every fault of every schema file.
    public static func text(_ options: ServerOptions, _ language: Language) throws -> String {
        let catalogue = try options.loadModels()
        return switch language {
        case .typescript: TypeScriptTypes(catalogue).text
        case .swift: SwiftTypes(catalogue).text
        }
    }

    /// Tells the types now, and again at each save of a schema file. Blocks for good.
    ///
    /// - Parameter body: what is done with them, or with what is wrong with the files.
    public static func watch(
        _ options: ServerOptions, _ language: Language,
        _ body: (Result<String, any Error>) throws -> Void
    ) throws {
        let watcher = try DirectoryWatcher(
            project: options.projectDirectory, schemas: options.schemasDirectory,
            migrations: options.migrationsDirectory)
        repeat {
            try body(Result { try text(options, language) })
        } while watcher.wait(milliseconds: -1) != .stopped
    }
}

extension ServerOptions {
    /// The models, with rules that hold no faults; neither settings nor the database are asked.
    func loadModels() throws(SchemaFailure) -> Catalogue {
        let files = try Catalogue.files(ofSchemas: schemasDirectory)
        return try Rulebook.compile(CatalogueReading(files)).catalogue
    }
}
