public import Diagnostics

extension Problem {
    /// A fault of migrations, for the person at the command line.
    ///
    /// - Parameter details: a line for each of several faults, of which the message is the first.
    public static func migration(
        _ message: String, details: String? = nil, hint: String? = nil
    ) -> Problem {
        Problem(
            code: "migration_failed", status: 500, message: message, details: details, hint: hint)
    }
}
