public import Diagnostics

extension Problem {
    /// Two at a time would take each other's drafts for left-overs.
    public static func backupRunning(in folder: String) -> Problem {
        Problem(
            code: "backup_running", status: 503,
            message: "Another backup is being written into \(folder).",
            hint: "Try again when it is done, or name another folder.")
    }

    /// Nothing is written over.
    public static func backupExists(_ path: String) -> Problem {
        Problem(
            code: "backup_exists", status: 500, message: "\(path) is there already.",
            hint: "Name another file; nothing is written over.")
    }
}
