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

    /// Completes an answer on its way out: cross-origin fields, and the request's id on errors.
    func finish(_ response: consuming Response, to request: Request) -> Response {
        var response = response
        crossOrigin.append(to: &response, origin: request.fieldBytes("origin"))
        if response.status >= 400 { response.append(field: "X-Request-Id", String(request.id)) }
        if request.method == .head { response.omitsBody = true }
        return response
    }
}
