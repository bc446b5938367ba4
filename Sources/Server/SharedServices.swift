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
    /// The project's limit of a request's body.
    let bodyBytesMax: Int

    /// Completes what a service answers: the request's id on errors.
    func finish(_ response: consuming Response, to request: Request) -> Response {
        Self.finish(response, request: request.id)
    }

    private static func finish(_ response: consuming Response, request id: UInt64) -> Response {
        var response = response
        if response.status >= 400 { response.append(field: "X-Request-Id", String(id)) }
        return response
    }

    /// The same for an answer that may take time.
    func finish(_ answer: Answer, to request: Request) -> Answer {
        switch answer {
        case .response(let response): .response(finish(response, to: request))
        case .pending(let work):
            .pending { [id = request.id] in Self.finish(await work(), request: id) }
        case .deferred(let begin):
            .deferred { [id = request.id] reply in
                begin { response in reply { Self.finish(response(), request: id) } }
            }
        case .webSocket(let session): .webSocket(session)
        }
    }
}
