import Bytes
import Diagnostics
public import HTTP
import Quotas
public import Store

extension AuthService {
    /// The paths of the rows, some of them more than once.
    public static let paths: [PathPattern] =
        [
            "signup", "token", "logout", "user", "settings", "health", ".well-known/jwks.json",
            "otp/{rest...}", "factors",
        ] + Absence.all.map(\.pattern)

    /// The rows of `/auth/v1` (auth.md §5). Empty segments do not count: clients write `/passkeys/`
    /// and `/passkeys`. Who calls is asked by the rows themselves, which word it their own way.
    ///
    /// - Parameters:
    ///   - bodyBytesMax: The project's limit; this service's own may be lower.
    ///   - lookUps: Where the loop that they are for asks for its callers.
    public func routes<Caller>(
        bodyBytesMax: Int, lookUps: any LookUpSource
    ) -> RouteTable<Caller> {
        let body = BodyPolicy(
            bytesMax: min(bodyBytesMax, AuthLimits.bodyBytesMax), isReadAtOnce: true)
        let explained = BodyPolicy(
            bytesMax: min(body.bytesMax, AuthLimits.explainedBodyBytesMax), isReadAtOnce: true)
        let absent = Absence.all.map { absence in
            Route<Caller>(absence.methods, absence.pattern, absence.entry) { request, _, _ in
                ErrorForm(request).response(absence.problem)
            }
        }
        return RouteTable(
            prefix: "/auth/v1", mergesSlashes: true, entry: .key,
            accountRows(body, lookUps) + discoveryRows() + explainedRows(explained) + absent
        ) { refusal, request in
            Self.response(to: refusal, request)
        }
    }

    private func accountRows<Caller>(
        _ body: BodyPolicy, _ lookUps: any LookUpSource
    ) -> [Route<Caller>] {
        [
            Route(.post, "signup", .key, body) { request, _, _ in
                self.pending(request) { () async throws(Problem) in try await self.signUp(request) }
            },
            Route(.post, "token", .key, body) { request, _, _ in
                self.pending(request) { () async throws(Problem) in try await self.token(request) }
            },
            Route(.post, "logout", .key, body) { request, _, _ in
                self.pending(request) { () async throws(Problem) in try await self.logOut(request) }
            },
            Route(.get, "user", .key, body) { request, _, _ in self.user(request, lookUps) },
            Route(.put, "user", .key, body) { request, _, _ in
                self.pending(request) { () async throws(Problem) in
                    try await self.updateUser(request)
                }
            },
        ]
    }

    private func discoveryRows<Caller>() -> [Route<Caller>] {
        [
            Route(.get, "settings", .key) { _, _, _ in self.settingsAnswer() },
            Route(.get, "health", .key) { _, _, _ in self.healthAnswer() },
            Route(.get, ".well-known/jwks.json", .open) { _, _, _ in self.keysAnswer() },
        ]
    }

    /// What is not offered, where the error depends on what is asked for.
    private func explainedRows<Caller>(_ body: BodyPolicy) -> [Route<Caller>] {
        typealias Explanation = @Sendable (RequestBody) throws(Problem) -> Problem
        let rows: [(PathPattern, Explanation)] = [
            ("otp/{rest...}", { body throws(Problem) in .codeNotOffered(body) }),
            ("factors", { body throws(Problem) in try .enrollmentNotOffered(body) }),
        ]
        return rows.map { pattern, explain in
            Route(.post, pattern, .key, body) { request, _, _ in
                do throws(Problem) {
                    return .response(
                        ErrorForm(request).response(try explain(try RequestBody(request))))
                } catch {
                    return .response(ErrorForm(request).response(error))
                }
            }
        }
    }

    /// Words what no row takes.
    private static func response(to refusal: RouteRefusal, _ request: Request) -> Response {
        let form = ErrorForm(request)
        switch refusal {
        case .unknownPath: return form.response(.unknownPath)
        case .wrongMethod(let allowed, _):
            var response = form.response(.wrongMethod)
            response.append(field: "Allow", allowed.allow)
            return response
        case .throttled(let quota):
            return form.response(
                .tooManyRequests(
                    retryAfterSeconds: quota.retryAfterSeconds, details: quota.details,
                    policy: quota.policy))
        case .body(let fault):
            return fault.status == 413 ? form.response(.bodyTooLarge(fault)) : fault.response
        }
    }

    func pending(
        _ request: Request, _ work: @escaping @Sendable () async throws(Problem) -> Response
    ) -> Answer {
        .pending {
            do throws(Problem) {
                return try await work()
            } catch {
                return self.refusal(error, request)
            }
        }
    }

    func refusal(_ problem: Problem, _ request: Request) -> Response {
        if problem.status >= 500 { log?.record(.failed(request: request.id, problem: problem)) }
        return ErrorForm(request).response(problem)
    }
}
