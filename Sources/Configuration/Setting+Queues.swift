extension Setting {
    /// How many may wait, or be in progress, for what the database does one after the other.
    static let queues = [
        Setting(
            "database.waiting", \.database.waitingMax, .integer(1...1_000_000), .onRestart,
            "the most writes that wait for SQLite, or statements of one loop for PostgreSQL"),
        Setting(
            "database.waiting_per_caller", \.database.waitingPerCallerMax,
            .integer(1...1_000_000), .onRestart,
            "the most of them of one user, or one address that has not signed in; of all at one "
                + "address at most four times as many"),
        Setting(
            "database.slow_waiting", \.database.slowWaitingMax, .integer(1...1_000_000),
            .onRestart,
            "the most slow reads that wait; with PostgreSQL, slow statements that wait or run"),
        Setting(
            "database.slow_waiting_per_caller", \.database.slowWaitingPerCallerMax,
            SettingForm.integer(1...1_000_000).optional, .onRestart,
            "the most of them of one caller; of all at one address at most four times as many",
            standard: "64; with PostgreSQL 16"),
        Setting(
            "database.long_answers", \.database.longAnswersMax, .integer(1...10_000), .onRestart,
            "the most long answers of SQLite on their way, each with a snapshot and three files"),
        Setting(
            "database.long_answers_per_caller", \.database.longAnswersPerCallerMax,
            .integer(1...10_000), .onRestart,
            "the most of them of one caller; of all at one address at most four times as many"),
        Setting(
            "database.long_answer_seconds", \.database.longAnswerSeconds, .integer(1...year),
            .onRestart, "how long such an answer may take to be read, in seconds"),
        Setting(
            "database.wal_bytes", \.database.walBytesMax, .integer(32 << 20...1 << 40), .onRestart,
            "the bytes of SQLite's write-ahead log beyond which long answers are ended, and slow "
                + "reads begun again, so that it can begin anew; its file keeps its length until "
                + "the server ends"),
    ]
}
