import Auth
import Database
import Diagnostics
import HTTP

/// What all loops share: thread-safe services and settings that do not change while serving.
struct SharedServices: Sendable {
    let database: DatabasePool
    let auth: AuthService
    let log: Log
    let crossOrigin: CrossOrigin
    let status: StatusEndpoints

    /// Completes what a service answers: the request's id on errors, no body for HEAD.
    func finish(_ response: consuming Response, to request: Request) -> Response {
        var response = response
        if response.status >= 400 { response.append(field: "X-Request-Id", String(request.id)) }
        if request.method == .head { response.omitsBody = true }
        return response
    }
}
