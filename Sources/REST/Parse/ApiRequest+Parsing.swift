import Bytes
import Database
import Diagnostics
import HTTP
import Query
import Values

extension ApiRequest {
    /// Reads a request, in the order of rest.md §2: path, profile, method, query string, range,
    /// body.
    ///
    /// - Parameters:
    ///   - path: What follows `/rest/v1/`, not percent-decoded.
    ///   - masked: The parameters whose values the plan cache leaves out.
    ///   - payload: The body, if it has been read already.
    init(
        _ request: Request, path: ArraySlice<UInt8>, masked: [Int], payload: Payload? = nil,
        settings: RESTSettings
    ) throws(Problem) {
        let resource = try Resource(path)
        let hasProfile = try Self.checkProfile(request, settings: settings)
        let table = try resource.table(schema: settings.schema)
        self.init(action: try Self.action(request.method), table: table)
        self.hasProfile = hasProfile
        guard request.rawQuery.count <= Limits.queryBytesMax else {
            throw .limit("The query string is longer than \(Limits.queryBytesMax) bytes")
        }
        try readQuery(request.rawQuery, masked: masked)
        if request.method == .get, let range = request.field("range") {
            do throws(QueryFault) {
                self.range = try Window(rangeHeader: range)
            } catch {
                throw Problem(error)
            }
        }
        preferences = Preferences(request.fields("prefer"))
        media = MediaType(accept: request.field("accept"))
        if action == .insert || action == .update {
            if let payload { self.payload = payload } else { self.payload = try Payload(request) }
        }
    }

    private static func action(_ method: Method) throws(Problem) -> Action {
        switch method {
        case .get, .head: .read
        case .post: .insert
        case .patch: .update
        case .delete: .delete
        case .put, .options, .other: throw .method(method.name)
        }
    }

    /// Whether a profile header was sent; one that names another schema is refused.
    private static func checkProfile(
        _ request: Request, settings: RESTSettings
    ) throws(Problem) -> Bool {
        let isRead = request.method == .get || request.method == .head
        let profile = isRead ? request.field("accept-profile") : request.field("content-profile")
        guard let profile else { return false }
        guard profile == settings.schema else { throw .schema(profile, exposed: settings.schema) }
        return true
    }
}

/// What a path names (rest.md §1).
enum Resource {
    case table(String)
    case function(String)

    /// One segment is a table; `rpc/f` is a function; the rest is nothing.
    init(_ path: ArraySlice<UInt8>) throws(Problem) {
        if path.isEmpty { throw .root }
        let segments = path.split(separator: ASCII.slash, omittingEmptySubsequences: false)
        if segments.count == 2, segments[0].elementsEqual("rpc".utf8), !segments[1].isEmpty {
            self = .function(try Self.decoded(segments[1]))
        } else {
            guard segments.count == 1 else { throw .path }
            self = .table(try Self.decoded(path))
        }
    }

    private static func decoded(_ segment: ArraySlice<UInt8>) throws(Problem) -> String {
        guard segment.count <= Limits.tableNameBytesMax,
            let bytes = PercentEncoding.decode(segment, plusIsSpace: false),
            UTF8Check.isValid(bytes.span)
        else { throw .path }
        return String(utf8: bytes)
    }

    /// The table's name. No functions are served yet.
    func table(schema: String) throws(Problem) -> String {
        switch self {
        case .table(let name): return name
        case .function(let name): throw .noFunction(name, schema: schema)
        }
    }
}

extension ApiRequest {
    private mutating func readQuery(_ raw: ArraySlice<UInt8>, masked: [Int]) throws(Problem) {
        let parameters = QueryString.parse(raw)
        guard parameters.count <= Limits.parametersMax else {
            throw .limit("The query string has more than \(Limits.parametersMax) parameters")
        }
        for (index, parameter) in parameters.enumerated() {
            // Some clients send the gateway's key here; it is no filter (rest.md §19.2).
            guard let value = parameter.value, parameter.name != "apikey" else { continue }
            // No text holds one, and SQL text that names a key would end at it.
            guard !parameter.name.hasNUL, !value.hasNUL else { throw .nulByte }
            do throws(QueryFault) {
                guard let said = try Parameter(name: parameter.name, value: value) else { continue }
                take(said, parameter: masked.contains(index) ? index : nil)
            } catch {
                throw Problem(error)
            }
        }
    }

    /// Keeps what a parameter says. Of `select`, `columns` and `on_conflict` the first counts.
    ///
    /// - Parameter place: Where it stands in the query string, when the plan cache leaves its
    ///   operand out.
    private mutating func take(_ parameter: Parameter, parameter place: Int?) {
        switch parameter {
        case .select(let items): select = select ?? items
        case .columns(let names): columns = columns ?? names
        case .onConflict(let names): onConflict = onConflict ?? names
        case .order(let path, let terms): orders.append(Addressed(path: path, item: terms))
        case .limit(let path, let number):
            let item = WindowParameter(number: number, parameter: place)
            limits.append(Addressed(path: path, item: item))
        case .offset(let path, let number):
            let item = WindowParameter(number: number, parameter: place)
            offsets.append(Addressed(path: path, item: item))
        case .filter(let path, .test(var test)):
            test.parameter = place
            filters.append(Addressed(path: path, item: .test(test)))
        case .filter(let path, let filter): filters.append(Addressed(path: path, item: filter))
        }
    }
}
