import Auth
public import Configuration
import Diagnostics
import Disk
public import Schema

/// What the operator gave by flags and variables, and the project that it is about.
public struct ServerOptions: Sendable {
    /// What flags and variables give. It overrules what `project.json` gives.
    let given: GivenSettings
    /// The folder that holds `Schemas/` and `Migrations/`.
    public let projectDirectory: String
    /// The folder of `apus.db`, and of `secrets.json` where no other place is named.
    public let dataDirectory: String
    /// Whether what holds rows or values may be dropped without anything else that says so.
    public var allowsLosses = false
    /// The terminal at which somebody can be asked, while developing; nil where there is none.
    public var terminal: Int32?

    /// The options of a command line.
    public init(_ given: GivenSettings) {
        self.given = given
        projectDirectory = given.settings.project
        dataDirectory = given.settings.data
    }

    /// The file of the secrets, where they are in one.
    var secretsPath: String {
        given.settings.secrets.file ?? dataDirectory + "/" + Secrets.fileName
    }

    /// Whether secrets that are made would lie in the data directory, by themselves or in the
    /// database.
    var keepsSecretsInData: Bool {
        let secrets = given.settings.secrets
        return secrets.jwtSecret == nil && secrets.file == nil
    }

    /// The database file.
    public var databasePath: String { dataDirectory + "/apus.db" }
    /// The folder of the schema files.
    public var schemasDirectory: String { FolderPath.join(projectDirectory, "Schemas") }
    /// The folder of the migration files.
    public var migrationsDirectory: String { FolderPath.join(projectDirectory, "Migrations") }

    /// Whether there is a folder of schema files.
    public var hasSchemas: Bool { FileSystem.exists(schemasDirectory) }

    /// Whether the project has a page of its own, which `apus dev` serves.
    public var hasPage: Bool { ProjectFiles(folder: projectDirectory, hidden: []).hasPage }

    /// Throws where there is neither of a project's folders: whatever were made there would be made
    /// in the wrong place.
    func requireProject() throws(Problem) {
        guard !hasSchemas, !FileSystem.exists(migrationsDirectory) else { return }
        throw .noProject(in: projectDirectory)
    }

    /// Every setting's value, and who has given it: flags before variables before `project.json`,
    /// of which nothing else is read.
    ///
    /// - Throws: `SchemaFailure` with every fault of `project.json`.
    public func loadSettings() throws(SchemaFailure) -> GivenSettings {
        given.over(try Catalogue.project(ofSchemas: schemasDirectory))
    }
}

extension Problem {
    fileprivate static func noProject(in folder: String) -> Problem {
        Problem(
            code: "no_project", status: 500,
            message: "\(folder) holds neither Schemas/ nor Migrations/: it is no project.",
            hint: "Name the project's folder with --project DIR.")
    }
}
