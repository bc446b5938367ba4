import Configuration
import Disk
import Expressions
import Schema

extension SchemaSet {
    /// What `apus dev` serves before a project has schema files: no models, and settings as flags
    /// and variables have them.
    ///
    /// - Throws: a `Problem` where there is no folder in which they could appear, `SettingFault`
    ///   when settings do not go together.
    static func beforeFirst(_ options: ServerOptions) throws -> SchemaSet {
        try FileSystem.requireFolder(options.projectDirectory)
        let catalogue = try Catalogue(parsing: [])
        return SchemaSet(
            catalogue: catalogue, rulebook: try Rulebook.compile(catalogue),
            settings: try options.given.resolved(), settingWarnings: options.given.warnings,
            files: [], migrations: SchemaSource.migrations(in: options.migrationsDirectory))
    }
}
