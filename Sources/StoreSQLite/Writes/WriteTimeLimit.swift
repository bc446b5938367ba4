import Diagnostics
import SQLite

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
            ? .tookTooLong(configuration.writeTimeout) : nil
    }

    /// The limit of a write that begins now.
    var fromNow: ProgressLimit { .deadline(moment(after: time)) }
}

extension Problem {
    /// 54000: a write that has held the writer for as long as one may. Nothing of it is left.
    fileprivate static func tookTooLong(_ time: Duration) -> Problem {
        Problem(
            code: "54000", status: 413,
            message: "The write takes more than \(time.wholeMilliseconds) ms and was undone.",
            hint: "Write fewer rows in each request, or load them with 'apus import'. The bound is "
                + "the setting rest.write_timeout_ms.")
    }
}
