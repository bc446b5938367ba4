import Expressions
import HTTP

/// The tables of all services, put together: where every request goes.
struct Router {
    /// Where a request goes: to a row, or to none, of this table.
    struct Destination {
        let table: Int
        let match: RouteMatch
    }

    let tables: [RouteTable<Identity>]
    /// The table of what belongs to no service; its prefix is empty.
    private let others: Int

    /// - Parameters:
    ///   - services: Each with a prefix of its own, the busiest first.
    ///   - others: What belongs to no service.
    init(services: [RouteTable<Identity>], others: RouteTable<Identity>) {
        tables = services + [others]
        self.others = services.count
    }

    /// Finds the row of a request.
    func destination(of request: Request) -> Destination {
        let (table, path) = place(of: request)
        guard let path else { return Destination(table: table, match: .refusal(.unknownPath)) }
        return Destination(table: table, match: tables[table].match(request.method, path))
    }

    /// Who may be answered what this destination answers.
    func entry(to destination: Destination) -> Entry {
        switch destination.match {
        case .row(let row, _): tables[destination.table].routes[row].entry
        case .refusal: tables[destination.table].entry
        }
    }

    /// Words why a request is not taken, as its service words errors.
    func response(to refusal: RouteRefusal, _ request: Request, table: Int) -> Response {
        if let response = tables[table].refuse(refusal, request) { return response }
        switch refusal {
        case .unknownPath, .wrongMethod: return GatewayFault.unknownPath.response
        case .body(let fault): return fault.response
        case .throttled(let quota):
            let fault = GatewayFault.throttled(quota)
            return tables[table].entry == .socketKey ? fault.socketResponse : fault.response
        }
    }

    /// Words why a body is not taken.
    func response(to fault: HTTPFault, in request: Request) -> Response {
        response(to: .body(fault), request, table: place(of: request).table)
    }

    /// The table of a path, and what follows the table's prefix; nil for `*`.
    private func place(of request: Request) -> (table: Int, path: ArraySlice<UInt8>?) {
        let path = request.rawPath
        for table in tables.indices.dropLast() {
            if let behind = tables[table].path(inside: path) { return (table, behind) }
        }
        return (others, tables[others].path(inside: path))
    }
}
