import Store

extension StructureComparison {
    /// The names that columns will have once they are renamed, by those they have.
    func newNames(_ model: Model, _ old: TableStructure) -> [String: String] {
        var names: [String: String] = [:]
        for column in model.columns where old.column(column.name.lowercased()) == nil {
            guard let former = column.renamedFrom?.lowercased() else { continue }
            names[former] = column.name.lowercased()
        }
        return names
    }

    /// Reports columns that the model does not declare, but for those that it renames.
    mutating func findLeftovers(in table: TableStructure, of model: Model) {
        for column in gone(from: table, of: model) {
            let part = SchemaPart.column(table: table.name, name: column.name)
            let advice = Advice.declareColumn(
                isRecorded: recorded.tables[table.name]?.column(column.name) != nil,
                values: holdings?.values[part])
            let successor = model.columns.first { former(of: $0, in: model, table) == column.name }
            refuse(
                "the column \"\(table.name).\(column.name)\" is in \(origin.wording) but not "
                    + "declared",
                successor.map { .declareRenamed(from: column.name, to: $0.name, else: advice) }
                    ?? advice,
                of: part)
        }
    }

    /// The column of the database that a new one may be, under another name: where one of its type
    /// has gone and it alone has come.
    func former(of column: Column, in model: Model, _ old: TableStructure) -> String? {
        let type = DeclaredType(column)
        let come = model.columns.filter {
            old.column($0.name.lowercased()) == nil && $0.renamedFrom == nil
                && DeclaredType($0) == type
        }
        guard come.count == 1, come[0].name == column.name else { return nil }
        let checks = old.checks.subtracting(wanted.tables[old.name]?.checks ?? [])
        let gone = gone(from: old, of: model).filter {
            declared.dialect.type(of: $0, checks: checks) == type
        }
        return gone.count == 1 ? gone[0].name : nil
    }

    /// The columns of the database that the model neither declares nor renames.
    private func gone(from table: TableStructure, of model: Model) -> [TableStructure.Column] {
        let names = model.columns.flatMap { [$0.name, $0.renamedFrom].compactMap(\.self) }
        let known = Set(names.map { $0.lowercased() })
        return table.columns.filter { !known.contains($0.name) }
    }
}
