import Bytes
import Database
import Diagnostics
import Expressions
import HTTP

extension ApiRequest {
    /// Reads a request, in the order of rest.md §2: path, profile, method, query string, range,
    /// body.
    ///
    /// - Parameters:
    ///   - path: What follows `/rest/v1/`, not percent-decoded.
    ///   - masked: The parameters whose values the plan cache leaves out.
    init(
        _ request: Request, path: ArraySlice<UInt8>, masked: [Int], settings: RESTSettings
    ) throws(Problem) {
        let resource = try Resource(path)
        let hasProfile = try Self.checkProfile(request, settings: settings)
        let table = try resource.table(schema: settings.schema)
        self.init(action: try Self.action(request.method), table: table)
        self.hasProfile = hasProfile
        isHead = request.method == .head
        guard request.rawQuery.count <= Limits.queryBytesMax else {
            throw .limit("The query string is longer than \(Limits.queryBytesMax) bytes")
        }
        try readQuery(request.rawQuery, masked: masked)
        if request.method == .get, let range = request.field("range") {
            self.range = try Window(rangeHeader: range)
        }
        preferences = Preferences(request.fields("prefer"))
        media = MediaType(accept: request.field("accept"))
        if action == .insert || action == .update {
            payload = try Payload(request)
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
        var sawSelect = false
        for (index, parameter) in parameters.enumerated() {
            // Some clients send the gateway's key here; it is no filter (rest.md §19.2).
            guard let value = parameter.value, parameter.name != "apikey" else { continue }
            // No text holds one, and SQL text that names a key would end at it.
            guard !parameter.name.utf8.contains(0), !value.utf8.contains(0) else { throw .nulByte }
            let name = try ParameterName(parameter.name)
            switch name.kind {
            case .select where !sawSelect:
                sawSelect = true
                select = try SelectParser.parse(value)
            case .columns where columns == nil:
                columns = try ParameterName.list(value, subject: "columns parameter")
            case .onConflict where onConflict == nil:
                onConflict = try ParameterName.list(value, subject: "on_conflict parameter")
            case .select, .columns, .onConflict: break
            case .order:
                orders.append(Addressed(path: name.path, item: try OrderTerm.parse(value)))
            case .limit, .offset:
                try readWindow(name, value, parameter: masked.contains(index) ? index : nil)
            case .logic(let word): try readFilter(word, value, path: name.path, parameter: nil)
            case .filter(let field):
                try readFilter(
                    field, value, path: name.path, parameter: masked.contains(index) ? index : nil)
            }
        }
    }

    private mutating func readWindow(
        _ name: ParameterName, _ value: String, parameter: Int?
    ) throws(Problem) {
        guard let number = Window.number(value) else { return }
        if name.kind == .limit {
            if number < 0 { throw .negativeLimit }
            limits.append(
                Addressed(
                    path: name.path, item: WindowParameter(number: number, parameter: parameter)))
        } else {
            let parameter = WindowParameter(number: max(0, number), parameter: parameter)
            offsets.append(Addressed(path: name.path, item: parameter))
        }
    }

    private mutating func readFilter(
        _ name: String, _ value: String, path: [String], parameter: Int?
    ) throws(Problem) {
        let node = try Filter.parse(name: name, value: value)
        let comparison = Self.comparison(name, value, parameter: parameter)
        filters.append(
            FilterParameter(
                path: path, name: name, value: value, node: node, comparison: comparison))
    }

    /// The comparison that `name=value` is, if the name is a plain one and the operator is simple.
    private static func comparison(
        _ name: String, _ value: String, parameter: Int?
    ) -> FilterParameter.Comparison? {
        guard
            name.utf8.allSatisfy({
                ASCII.isLetter($0) || ASCII.isDigit($0) || $0 == ASCII.underscore
            }),
            let dot = value.utf8.firstIndex(of: ASCII.dot),
            let comparing = FilterParameter.Operator(rawValue: String(value[..<dot]))
        else { return nil }
        let operand = String(value[value.utf8.index(after: dot)...])
        return FilterParameter.Comparison(
            column: name, operator: comparing, value: operand, parameter: parameter)
    }
}
