public import Configuration
public import Schema

/// What the operator gave by flags and variables, and the project that it is about.
public struct ServerOptions: Sendable {
    /// What flags and variables give. It overrules what `project.json` gives.
    let given: GivenSettings
    /// The folder that holds `Schemas/` and `Migrations/`.
    public let projectDirectory: String
    /// The folder of `apus.db` and `secrets.json`.
    public let dataDirectory: String

    /// The options of a command line.
    public init(_ given: GivenSettings) {
        self.given = given
        projectDirectory = given.settings.project
        dataDirectory = given.settings.data
    }

    /// The database file.
    public var databasePath: String { dataDirectory + "/apus.db" }
    /// The folder of the schema files.
    public var schemasDirectory: String { FolderPath.join(projectDirectory, "Schemas") }
    /// The folder of the migration files.
    public var migrationsDirectory: String { FolderPath.join(projectDirectory, "Migrations") }

    /// Every setting's value, and who has given it: flags before variables before `project.json`,
    /// of which nothing else is read.
    ///
    /// - Throws: `SchemaFailure` with every fault of `project.json`.
    public func loadSettings() throws(SchemaFailure) -> GivenSettings {
        given.over(try Catalogue.project(ofSchemas: schemasDirectory))
    }
}
