import Diagnostics
public import Expressions
public import HTTP
import Quotas
import Schema

extension RESTService {
    private typealias Row = Route<Identity>

    /// What a table takes beside OPTIONS. No single-row upsert yet (rest.md §1, PUT).
    private static let tableMethods: MethodSet = [.get, .post, .patch, .delete]

    /// The rows of `/rest/v1` (rest.md §1). The body of a write is JSON; others ignore theirs, and
    /// clients send some.
    ///
    /// - Parameter bodyBytesMax: The project's limit.
    public func routes(bodyBytesMax: Int) -> RouteTable<Identity> {
        let ignored = BodyPolicy(bytesMax: bodyBytesMax)
        let json = BodyPolicy(bytesMax: bodyBytesMax, mediaTypes: ["application/json"])
        let writes: [(MethodSet, BodyPolicy, WriteAction)] = [
            (.post, json, .insert), (.patch, json, .update), (.delete, ignored, .delete),
        ]
        var rows = rootRows
        rows.append(
            Row(.get, "{table}", .caller, ignored) { request, path, caller in
                self.answer(request) { () throws(Problem) in
                    try self.read(request, path[0], caller)
                }
            })
        for (method, body, action) in writes {
            rows.append(
                Row(method, "{table}", .caller, body) { request, path, caller in
                    self.answer(request) { () throws(Problem) in
                        try self.write(request, action, path[0], caller)
                    }
                })
        }
        rows += tableRows
        return RouteTable(prefix: "/rest/v1", entry: .caller, rows) {
            self.response(to: $0, $1, bodyBytesMax: bodyBytesMax)
        }
    }

    private var rootRows: [Row] {
        [
            Row(.options, "", .caller) { _, _, _ in Response(allowing: [.options, .get]) },
            Row(.any.subtracting(.options), "", .caller) { _, _, _ in Response(.root) },
        ]
    }

    private var tableRows: [Row] {
        [
            Row(.options, "{table}", .caller) { request, path, caller in
                self.response(request) { () throws(Problem) in
                    let model = try self.model(try TableName.decode(path[0]), caller)
                    let methods: MethodSet = model.isView ? .get : Self.tableMethods
                    return Response(allowing: methods.union(.options))
                }
            },
            // No functions are served yet.
            Row(.any, "rpc/{function}", .caller) { request, path, _ in
                self.response(request) { () throws(Problem) in
                    guard !path[0].isEmpty else { throw .path }
                    let name = try TableName.decode(path[0])
                    if request.method != .options {
                        _ = try request.namesSchema()
                    }
                    throw .noFunction(name, schema: Catalogue.schemaName)
                }
            },
        ]
    }

    /// Words what no row takes; the path is judged before the method (rest.md §2). A media type
    /// that is not read is PGRST102.
    private func response(
        to refusal: RouteRefusal, _ request: Request, bodyBytesMax: Int
    ) -> Response {
        switch refusal {
        case .unknownPath: return Response(.path)
        case .body(let fault):
            if fault.status == 415 { return Response(.body(fault.message)) }
            if fault == .bodyTooLong(max: bodyBytesMax) { return Response(.bodyTooLong(fault)) }
            return fault.problem.map { Response($0) } ?? fault.response
        case .throttled(let quota):
            return Response(
                .tooManyRequests(
                    retryAfterSeconds: quota.retryAfterSeconds, details: quota.details,
                    policy: quota.policy))
        case .wrongMethod(let allowed, let path):
            return response(request) { () throws(Problem) in
                _ = try TableName.decode(path[0])
                _ = try request.namesSchema()
                var response = Response(.method(request.method.name))
                response.append(field: "Allow", allowed.allow)
                return response
            }
        }
    }

    private func answer(
        _ request: Request, _ work: () throws(Problem) -> Answer
    ) -> Answer {
        do throws(Problem) {
            return try work()
        } catch {
            return .response(log(of: request).failed(error))
        }
    }

    private func response(
        _ request: Request, _ work: () throws(Problem) -> Response
    ) -> Response {
        do throws(Problem) {
            return try work()
        } catch {
            return log(of: request).failed(error)
        }
    }
}

extension Response {
    /// The answer to OPTIONS: methods as PostgREST lists them (rest.md §16).
    fileprivate init(allowing methods: MethodSet) {
        self.init(status: 200)
        append(field: "Allow", methods.methods.map(\.name).joined(separator: ","))
    }
}
