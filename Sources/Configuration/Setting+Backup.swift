extension Setting {
    /// Where backups are: also for the command that writes one.
    public static let backupDirectory = Setting(
        "backup.directory", \.backup.directory, SettingForm.folder.optional, .onRestart,
        "the folder that backups are written to", standard: "DATA/backups")

    /// Where the log is archived: also for the command that restores from it.
    public static let archive = Setting(
        "backup.archive", \.backup.archive, SettingForm.folder.optional, .onRestart,
        "the folder that all changes are archived to, to restore a second of; SQLite only",
        standard: "none")

    /// Copies of the database that the server writes by itself.
    static let backup = [
        Setting(
            "backup.interval", \.backup.interval, .interval, .onRestart,
            "how long after a backup the server writes the next one, such as 24h; 0 for never",
            standard: "0"),
        Setting(
            "backup.keep", \.backup.keep, .integer(1...100_000), .onRestart,
            "how many of its backups the server keeps; the oldest make way for new ones"),
        backupDirectory,
        archive,
        Setting(
            "backup.archive_every", \.backup.archiveEvery, .span, .onRestart,
            "how often what was committed since is archived"),
        Setting(
            "backup.archive_keep", \.backup.archiveKeep, .span, .onRestart,
            "how far back the archive can be restored"),
    ]
}
