import Diagnostics
import Quotas
import Store
import Values

/// A reader that another one answers for, but for what a test has it do otherwise.
class WrappedReader: Reader {
    let reader: any Reader

    init(_ reader: any Reader) { self.reader = reader }

    var dialect: any Dialect { reader.dialect }

    func read(
        _ query: ReadQuery, _ arguments: ReadArguments, _ context: QueryContext,
        for caller: Caller
    ) throws(DatabaseError) -> Reading<RowsAnswer> {
        try reader.read(query, arguments, context, for: caller)
    }

    func find(
        _ search: BoundSQL, _ operands: Operands, _ context: QueryContext, for caller: Caller
    ) throws(DatabaseError) -> Reading<FoundRows> {
        try reader.find(search, operands, context, for: caller)
    }

    func scalarAtHand(
        _ query: ScalarQuery, within time: Duration
    ) throws(DatabaseError) -> Value? {
        try reader.scalarAtHand(query, within: time)
    }

    func ask(_ queries: [ScalarQuery], reply: @escaping ([Result<Value, Problem>]) -> Void) {
        reader.ask(queries, reply: reply)
    }
}
