import Store

// Names and texts as SQL writes them.

extension String {
    /// The name as a quoted identifier. It holds no NUL.
    var sqlIdentifier: String { quoted(identifier: self) }

    /// The text as a literal, which means the same whatever `standard_conforming_strings` says. It
    /// holds no NUL.
    var sqlLiteral: String { PostgresDialect.literal(self) }
}
