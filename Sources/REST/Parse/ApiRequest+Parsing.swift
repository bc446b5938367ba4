import Bytes
import Diagnostics
import HTTP
import Query
import Schema
import Store
import Values

extension ApiRequest {
    /// Reads a request but for its body, in the order of rest.md §2: table, profile, query string,
    /// range.
    ///
    /// - Parameters:
    ///   - table: The table's name as it stands in the path, not percent-decoded.
    ///   - masked: The parameters whose values the plan cache leaves out.
    init(
        _ request: Request, table: ArraySlice<UInt8>, masked: [Int]
    ) throws(Problem) {
        self.init(table: try TableName.decode(table))
        hasProfile = try request.namesSchema()
        guard request.rawQuery.count <= RESTLimits.queryBytesMax else {
            throw .limit("The query string is longer than \(RESTLimits.queryBytesMax) bytes")
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
    }
}

extension Request {
    /// Whether a profile header names the schema.
    ///
    /// - Throws: PGRST106 if it names another one.
    func namesSchema() throws(Problem) -> Bool {
        let isRead = method == .get || method == .head
        let profile = isRead ? field("accept-profile") : field("content-profile")
        guard let profile else { return false }
        guard profile == Catalogue.schemaName else {
            throw .schema(profile, exposed: Catalogue.schemaName)
        }
        return true
    }
}

extension ApiRequest {
    private mutating func readQuery(_ raw: ArraySlice<UInt8>, masked: [Int]) throws(Problem) {
        let parameters = QueryString.parse(raw)
        guard parameters.count <= RESTLimits.parametersMax else {
            throw .limit("The query string has more than \(RESTLimits.parametersMax) parameters")
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
        let cost = filters.reduce(0) { $0 + $1.item.planningCost }
        guard cost <= PlanningCost.test * RESTLimits.testsMax else {
            throw .limit(
                "The filters have more than \(RESTLimits.testsMax) tests, where a further step of "
                    + "a path counts as one, a pattern of a list, and ten values of a list")
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
