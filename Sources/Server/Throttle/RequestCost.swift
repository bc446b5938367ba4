import HTTP
import Query

/// What a request costs: 1, a unit for each millisecond from the door to the answer, and one for
/// each kilobyte of its content. Before it is answered it is estimated: 1, a tenth for each row
/// asked for and for each of their embeds, and one for each kilobyte of what is sent along.
enum RequestCost {
    /// What a body is estimated at, at the most: its length is what a client says, before it is
    /// known whether such a body is taken.
    private static let bodyMax = 1 << 20

    /// - Parameter rowsMax: the rows that an answer has at most, which is what a list without a
    ///   limit asks for; nil where rows are not what is asked for.
    static func estimate(_ request: Request, _ rowsMax: Int?) -> Int {
        var cost = 1
        if case .fixed(let count) = request.head.framing { cost += min(count / 1024, bodyMax) }
        guard let rowsMax, request.method == .get else { return cost }
        var rows = rowsMax
        var embeds = 0
        for (name, value) in QueryString.parse(request.rawQuery) {
            // Filters say nothing that could be known before they are answered.
            guard let word = ParameterWord(name), word == .limit || word == .select,
                let parameter = try? Parameter(name: name, value: value ?? "")
            else { continue }
            switch parameter {
            case .limit(_, let number): rows = min(rowsMax, number)
            case .select(let items): embeds = items.reduce(0) { $0 + $1.embedCount }
            case .columns, .onConflict, .order, .offset, .filter: break
            }
        }
        return cost + rows * (1 + embeds) / 10
    }

    /// - Parameters:
    ///   - time: from the door to the answer.
    ///   - contentBytes: those of the answer.
    static func actual(time: Duration, contentBytes: Int) -> Int {
        1 + Int(time / .milliseconds(1)) + contentBytes / 1024
    }
}
