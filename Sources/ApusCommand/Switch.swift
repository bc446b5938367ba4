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
    static let help = Switch("--help", "show this help")
}
