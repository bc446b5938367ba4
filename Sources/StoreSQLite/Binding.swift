import SQLite
import Store
import Values

extension StatementRun {
    /// Binds a value to `?number`.
    func bind(_ value: Value, at number: Int) throws(SQLiteError) {
        switch value {
        case .null: try bindNull(at: number)
        case .integer(let integer): try bind(integer, at: number)
        case .real(let real): try bind(real, at: number)
        case .text(let text): try bind(text, at: number)
        case .blob(let bytes): try bind(bytes, at: number)
        }
    }
}

extension Connection {
    /// A run of `text` with its parameters bound: the context that it mentions, then the arguments.
    func start(
        _ text: String, _ arguments: [Value], _ context: QueryContext, _ use: StatementUse = .kept
    ) throws(SQLiteError) -> StatementRun {
        let run = try run(text, isKept: use == .kept)
        let count = run.parameterCount
        if count == 0 { return run }
        for slot in ContextSlot.allCases where run.mentions(slot.rawValue) {
            try run.bind(context[slot], at: slot.rawValue)
        }
        var number = (ContextSlot.count + 1)
        for argument in arguments where number <= count {
            try run.bind(argument, at: number)
            number += 1
        }
        return run
    }
}
