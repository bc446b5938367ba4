public import Diagnostics
public import Store

/// How much is in what is to be dropped, as somebody has counted it.
public struct Holdings: Sendable {
    /// What one part holds.
    public struct Entry: Hashable, Sendable, CustomStringConvertible {
        /// The part.
        let part: SchemaPart
        /// What it is called, as it is spelled.
        let name: String
        /// Its rows, or its values: those beside its constant default.
        let count: Int
        /// Whether all of its values are its default.
        let hasDefault: Bool

        /// What goes with it: `its 3 rows`.
        public var description: String {
            switch part {
            case .table: "drop of table \(name) loses its \(counted(count, "row"))"
            case .column: "drop of column \(name) loses its \(counted(count, "value"))"
            case .index: "drop of index \(name)"
            }
        }

        /// Why nothing goes with it.
        var emptiness: String {
            switch part {
            case .table: "empty"
            case .column: hasDefault ? "nothing but its default" : "without values"
            case .index: "an index"
            }
        }
    }

    /// What is dropped and there.
    public let entries: [Entry]

    /// What of it would be missed.
    public var missed: [Entry] { entries.filter { $0.count > 0 } }

    /// What is said of a part that is dropped: `table tags (empty)`.
    public func told(_ item: Difference.Item) -> String {
        guard let entry = entries.first(where: { $0.part == item.part }) else { return item.what }
        return "\(item.what) (\(entry.count > 0 ? "\(entry.count)" : entry.emptiness))"
    }

    /// Counts in the midst of a transaction. What is not there holds nothing.
    public init(
        of parts: [SchemaPart], in transaction: any MigrationTransaction
    ) throws(Problem) {
        if parts.isEmpty {
            entries = []
            return
        }
        let live = try DatabaseStructure(of: transaction)
        var entries: [Entry] = []
        for part in parts {
            guard let name = part.table, let table = live.tables[name] else { continue }
            let entry = try migrating { () throws(DatabaseError) -> Entry? in
                try Self.count(part, of: table, in: transaction)
            }
            if let entry { entries.append(entry) }
        }
        self.entries = entries
    }

    private static func count(
        _ part: SchemaPart, of table: TableStructure, in transaction: any MigrationTransaction
    ) throws(DatabaseError) -> Entry? {
        switch part {
        case .table:
            let rows = try transaction.counts(of: [], in: table.spelling).rows
            return Entry(part: part, name: table.spelling, count: rows, hasDefault: false)
        case .column(_, let name):
            guard let column = table.column(name) else { return nil }
            let counted = CountedColumn(column.spelling, besides: column.constantDefault)
            let values = try transaction.counts(of: [counted], in: table.spelling).values
            return Entry(
                part: part, name: "\(table.spelling).\(column.spelling)",
                count: values.first ?? 0, hasDefault: column.defaultValue != nil)
        case .index: return nil
        }
    }
}

extension TableStructure.Column {
    /// The words of its default, where that is a constant: other expressions may do something.
    fileprivate var constantDefault: String? {
        defaultValue.flatMap { $0.value == nil ? nil : $0.text }
    }
}
