public import Diagnostics

extension Problem {
    /// 54000: a write that has taken as long as one may. Nothing of it is left.
    public static func writeTookTooLong(_ time: Duration) -> Problem {
        var problem = Problem(
            code: "54000", status: 413,
            message: "The write takes more than \(time.wholeMilliseconds) ms and was undone.",
            hint: "\(fewerRows) The bound is the setting rest.write_timeout_ms.")
        problem.policy = "rest.write_timeout_ms"
        return problem
    }
}
