import Diagnostics
import SQLite
import Store

/// How long one write may hold the writer: it is undone when that is found out.
struct WriteTimeLimit {
    private let time: Duration
    /// What is told of a write that took longer; nil where the statement timeout comes first, which
    /// says it in its own words.
    let problem: Problem?

    init(_ configuration: DatabaseConfiguration) {
        time = min(configuration.writeTimeout, configuration.statementTimeout)
        problem =
            configuration.writeTimeout < configuration.statementTimeout
            ? .writeTookTooLong(configuration.writeTimeout) : nil
    }

    /// The limit of a write that begins now.
    var fromNow: ProgressLimit { .deadline(moment(after: time)) }
}
