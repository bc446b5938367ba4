// Sequences: whose numbers they give, and how far they have come.
extension SourceScript {
    mutating func alterSequence(_ cursor: inout TokenCursor) throws(ScriptFault) {
        let name = SourceName(try cursor.path(), in: schema)
        guard cursor.accept("owned", "by") else { return }
        let path = try cursor.path()
        guard path.count > 1, let column = path.last else { return }
        let table = SourceName(path.dropLast(), in: schema)
        keep { $0.sequences[name] = SourceColumnName(table: table, column: column) }
    }

    /// What stands behind AS IDENTITY, up to the end of the statement.
    mutating func nameSequence(_ cursor: inout TokenCursor, of column: SourceColumnName) {
        while !cursor.isAtEnd {
            guard cursor.accept("sequence", "name"), let path = try? cursor.path() else {
                cursor.advance()
                continue
            }
            let name = SourceName(path, in: schema)
            keep { $0.sequences[name] = column }
        }
    }

    /// A call of `setval`; other queries say nothing.
    mutating func setSequence(_ cursor: inout TokenCursor) {
        guard let (name, number) = lastNumber(&cursor) else { return }
        keep { $0.lastNumbers[name] = number }
    }

    /// Takes the number that `setval` sets: the last that was given, or the next.
    private func lastNumber(_ cursor: inout TokenCursor) -> (SourceName, Int64)? {
        _ = cursor.accept("pg_catalog") && cursor.accept(symbol: ".")
        guard cursor.accept("setval"), cursor.accept(symbol: "("),
            case .text(let text) = cursor.current.kind,
            let name = SourceName(quoted: text, in: schema)
        else { return nil }
        while !cursor.isAtEnd, !cursor.accept(symbol: ",") { cursor.advance() }
        guard case .number(let digits) = cursor.current.kind, let number = Int64(digits) else {
            return nil
        }
        cursor.advance()
        let isNext = cursor.accept(symbol: ",") && cursor.accept("false")
        return (name, isNext ? number - 1 : number)
    }
}
