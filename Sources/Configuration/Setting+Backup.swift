extension Setting {
    /// Where backups are: also for the command that writes one.
    public static let backupDirectory = Setting(
        "backup.directory", \.backup.directory, SettingForm.folder.optional, .onRestart,
        "the folder that backups are written to", standard: "DATA/backups")

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
    ]
}
