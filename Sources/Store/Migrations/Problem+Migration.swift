public import Diagnostics

extension Problem {
    /// A fault of migrations, for the person at the command line.
    public static func migration(_ message: String, hint: String? = nil) -> Problem {
        Problem(code: "migration_failed", status: 500, message: message, hint: hint)
    }
}
