extension Setting {
    /// How long the database does one thing while others wait.
    static let turns = [
        Setting(
            "database.inline_read_ms", \.database.inlineReadMilliseconds,
            .integer(1...1000), .onRestart,
            "what a read of SQLite may take of a loop in milliseconds, before it goes on as a "
                + "slow one; all of a turn have a quarter of that"),
        Setting(
            "database.slow_read_threads", \.database.slowReadThreads, .integer(1...64),
            .onRestart,
            "threads for the slow reads of one caller, and of all at one address; there are "
                + "two more, for others and for who comes"),
        Setting(
            "database.slow_read_slice_ms", \.database.slowReadSliceMilliseconds,
            .integer(1...10_000), .onRestart,
            "how long a slow read of SQLite has a thread in milliseconds, before it must have a "
                + "place among the long ones"),
        Setting(
            "database.write_turn_ms", \.database.writeTurnMilliseconds, .integer(1...1000),
            .onRestart,
            "what a turn of SQLite's writer aims at in milliseconds: who comes waits for it, and "
                + "its writes share a commit"),
        Setting(
            "database.held_up_ms", \.database.heldUpMilliseconds, .integer(1...10_000),
            .onRestart,
            "what a statement of PostgreSQL may run beyond a round trip in milliseconds, before "
                + "nothing more is sent behind it"),
        Setting(
            "database.slow_ms", \.database.slowMilliseconds, .integer(1...10_000), .onRestart,
            "the same before it is ended and run as a slow one"),
        Setting(
            "database.long_ms", \.database.longMilliseconds, .integer(1...10_000), .onRestart,
            "the same on the last connection for slow ones, before it waits for another"),
    ]

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
            .integer(1...1_000_000), .onRestart,
            "the most of them of one caller; of all at one address at most four times as many"),
        Setting(
            "database.sign_in_waiting", \.database.signInWaitingMax, .integer(1...1_000_000),
            .onRestart, "the most writes of sign-in that wait to go before the others on SQLite"),
        Setting(
            "database.sign_in_waiting_per_caller", \.database.signInWaitingPerCallerMax,
            .integer(1...1_000_000), .onRestart,
            "the most of them of one user, or one address that has not signed in; of all at one "
                + "address at most four times as many"),
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
