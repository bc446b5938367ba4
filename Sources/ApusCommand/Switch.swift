/// An option of the command line that takes no value. Options that take one are settings.
struct Switch: Sendable {
    /// The option as it is written: `--json`.
    let name: String
    /// What it does, in a line.
    let summary: String

    init(_ name: String, _ summary: String) {
        self.name = name
        self.summary = summary
    }
}

extension Switch {
    static let json = Switch("--json", "print JSON, for scripts")
    static let migrate = Switch("--migrate", "apply pending migration files first")
    static let acceptNewSecrets = Switch(
        "--accept-new-secrets", "make other secrets than before the database's own")
    static let copyToFile = Switch("--copy-to-file", "keep the secrets in their file, too")
    static let copyToDatabase = Switch(
        "--copy-to-database", "keep the secrets in the database, too")
    static let allowDestructive = Switch(
        "--allow-destructive", "drop what holds rows or values, too")
    static let everyRow = Switch("--all", "all deleted rows of the table")
    static let dryRun = Switch("--dry-run", "try it on a copy of the database, and change nothing")
    static let force = Switch("--force", "use a Schemas/ that is there and empty")
    static let formCheck = Switch("--check", "write nothing; tell which files have another form")
    static let resume = Switch("--resume", "go on where a load of the same file was ended")
    static let importDryRun = Switch("--dry-run", "tell what would be made, and write nothing")
    static let noRows = Switch("--no-rows", "make the models only, without rows and accounts")
    static let replaceModels = Switch("--force", "write over models of the same names")
    static let beginAnew = Switch(
        "--anew", "begin an import again that was ended before its end")
    static let list = Switch("--list", "list the backups that are kept, and write none")
    static let listSeconds = Switch(
        "--list", "list what the archive can be restored to, and change nothing")
    static let withSecrets = Switch("--with-secrets", "copy the file of the secrets, too")
    static let replace = Switch(
        "--replace", "take the place of what is there, which SQLite keeps beside it")
    static let watch = Switch("--watch", "go on, and write again at each save of Schemas/")
    static let help = Switch("--help", "show this help")
}
