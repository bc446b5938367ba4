import Bytes
public import Diagnostics
public import HTTP

extension Response {
    /// The error object of rest.md §18.1 and the fields that go with it.
    public init(_ problem: Problem) {
        self.init(
            status: problem.status, contentType: "application/json; charset=utf-8",
            body: problem.restBody)
        refusal = Refusal(problem)
        append(field: "Proxy-Status", "PostgREST; error=\(problem.code)")
        if Problem.tokenCodes.contains(problem.code) {
            append(
                field: "WWW-Authenticate",
                "Bearer error=\"invalid_token\", error_description=\"\(problem.message)\"")
        } else if problem.status == 401 {
            append(field: "WWW-Authenticate", ascii: "Bearer")
        }
        appendRetryAfter(seconds: problem.retryAfterSeconds)
    }
}
