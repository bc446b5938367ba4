import Diagnostics
import PostgresWire

extension Problem {
    init(_ fault: CaptureSetupFault, _ error: ServerError?, in statement: String) {
        switch fault {
        case .missingTables(let names):
            let list = names.map { "'\($0)'" }.joined(separator: ", ")
            self = .captureFailed(
                because: "it has no table \(list)", hint: "Apply the migrations first.")
        case .missingColumn(let column, let table):
            self = .captureFailed(
                because: "its table '\(table)' has no column '\(column)'",
                hint: "Apply the migrations first.")
        case .newerVersion(let version):
            self = .captureFailed(
                because: "its log is of version \(version), which is later than this program",
                hint: "Start the program that has made it, or a later one.")
        case .server(let state):
            self = .captureFailed(
                because: "\(error?.message ?? "a statement failed") (\(state))",
                details: error?.detail,
                hint: state == .insufficientPrivilege ? Self.missingRight(for: statement) : nil)
        case .outOfStep: self = .captureFailed(because: "its set-up is out of step")
        }
    }

    /// What the role must be given, by how the statement begins that it was refused.
    private static func missingRight(for statement: String) -> String {
        let rights = [
            ("CREATE SCHEMA", "Grant the role CREATE on the database, or make it the schema."),
            ("CREATE OR REPLACE TRIGGER", ofTables), ("ALTER TABLE", ofTables),
            ("DROP TRIGGER", ofTables),
        ]
        return rights.first { statement.hasPrefix($0.0) }?.1
            ?? "Make the role the owner of the log's schema and of all that is in it."
    }

    private static let ofTables =
        "Make the role the owner of the table: its changes are captured by triggers that must "
        + "always fire."

    static func captureFailed(
        because reason: String, details: String? = nil, hint: String? = nil
    ) -> Problem {
        Problem(
            code: "capture_failed", status: 500,
            message: "The changes of this database cannot be captured: \(reason).",
            details: details, hint: hint)
    }
}
