import Diagnostics
import Schema
import Store

/// The rows of the tables that an import fills.
struct ImportedRows {
    private let options: ServerOptions
    private let models: [Model]

    /// - Parameter names: the models that the import has made.
    init(_ options: ServerOptions, of names: [String]) throws {
        self.options = options
        let catalogue = try Catalogue.load(schemas: options.schemasDirectory)
        models = catalogue.tables.filter { names.contains($0.name) }
    }

    /// The tables that hold none.
    func emptyTables() throws -> [String] {
        let names = models.map(\.name)
        return try options.withDatabase { database in
            try database.inspect { transaction throws(Problem) in
                try worded { () throws(DatabaseError) in
                    var empty: [String] = []
                    for name in names {
                        let query = "SELECT 1 FROM \(quoted(identifier: name)) LIMIT 1"
                        if try transaction.findings(of: query, limit: 1).isEmpty {
                            empty.append(name)
                        }
                    }
                    return empty
                }
            }
        }
    }

    /// Takes all rows out of tables, or none: those that refer to others first.
    func takeOut(of tables: [String]) throws {
        let statements = Self.statements(
            SourceLoadOrder(models).steps.reversed().filter { tables.contains($0.model.name) })
        guard !statements.isEmpty else { return }
        try options.withDatabase { database in
            _ = try database.migrate { transaction throws(Problem) in
                try worded { () throws(DatabaseError) in
                    for statement in statements { try transaction.execute(statement) }
                }
            }
        }
    }

    private static func statements(_ steps: [SourceLoadOrder.Step]) -> [String] {
        // Rows that refer to one another in circles let go of each other before.
        let releases = steps.filter { !$0.isSecond }.compactMap { step -> String? in
            let own = step.model.references.filter { $0.target == step.model.name }
                .flatMap(\.columns).map { step.model.columns[$0] }
            let columns = own.filter(\.isNullable).map(\.name) + step.left
            if columns.isEmpty { return nil }
            let values = Set(columns).sorted().map { "\(quoted(identifier: $0)) = NULL" }
            return "UPDATE \(quoted(identifier: step.model.name)) "
                + "SET \(values.joined(separator: ", "))"
        }
        let deletions = steps.filter { !$0.isSecond }.map { step in
            "DELETE FROM \(quoted(identifier: step.model.name))"
        }
        return releases + deletions
    }
}
