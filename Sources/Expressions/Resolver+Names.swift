import Diagnostics
import Query
import Schema
import Values

// Names (design §5): a bare name is a column of the innermost row; other rows are written with
// their alias or model name; a relation's name leads to the row it points at.
extension Resolver {
    func name(_ parts: [String], at offset: Int, _ scope: Scope) -> Typed {
        guard parts.count > 1 else { return bareName(parts[0], at: offset, scope) }
        if parts.count == 2, parts[0] == "auth" {
            return fault(
                "\(parts.joined(separator: ".")) is a function: write \(parts[0]).\(parts[1])()",
                at: offset, scope)
        }
        if parts[0] == "old", scope.row(called: "old") == nil {
            return oldColumn(parts, at: offset, scope)
        }
        if let row = scope.row(called: parts[0]) {
            return path(from: row, parts.dropFirst(), at: offset, scope)
        }
        guard let inner = scope.innermost else {
            return unknown("row", parts[0], among: [], at: offset, scope)
        }
        if unknown.has(relation: parts[0], of: inner.model.name),
            relation(parts[0], of: inner.model) == nil
        {
            return .invalid(at: offset)
        }
        if relation(parts[0], of: inner.model) == nil {
            if let outer = scope.rows.dropLast().last(where: {
                relation(parts[0], of: $0.model) != nil
            }) {
                return fault(
                    "\(parts[0]) is a relation of the outer row: write "
                        + Self.written([outer.name] + parts), at: offset, scope)
            }
            return unknown(
                "row or relation", parts[0],
                among: scope.rows.map(\.name) + relationNames(of: inner.model), at: offset, scope)
        }
        return path(from: inner, parts[...], at: offset, scope)
    }

    private func bareName(_ name: String, at offset: Int, _ scope: Scope) -> Typed {
        if var parameter = scope.parameters[name] {
            if let row = scope.innermost, row.model.columnIndex(name) != nil {
                return fault(
                    "\(name) is both the rule's parameter and a column of \(row.name): "
                        + "rename the parameter", at: offset, scope)
            }
            parameter.offset = offset
            return parameter
        }
        if let row = scope.innermost, let index = row.model.columnIndex(name) {
            return column(index, of: row, at: offset, scope)
        }
        return notAColumn(name, at: offset, scope)
    }

    private func notAColumn(_ name: String, at offset: Int, _ scope: Scope) -> Typed {
        if let outer = scope.rows.dropLast().last(where: { $0.model.columnIndex(name) != nil }) {
            return fault(
                "\(name) is a column of the outer row, but a bare name inside exists belongs to "
                    + "\(scope.innermost?.name ?? "the inner row"): write "
                    + Self.written([outer.name, name]),
                at: offset, scope)
        }
        if let row = scope.innermost, relation(name, of: row.model) != nil {
            return fault(
                "\(name) is a relation: name a column of it, such as "
                    + Self.written([name, "id"]), at: offset, scope)
        }
        if catalogue.rules.contains(where: { $0.name == name }) {
            return fault("\(name) is a rule: write \(name)()", at: offset, scope)
        }
        guard let row = scope.innermost else {
            return unknown(
                "parameter", name, among: Array(scope.parameters.keys), at: offset, scope)
        }
        return noColumn(
            name, of: row.model, or: Array(scope.parameters.keys), at: offset, scope)
    }

    /// - Parameter others: What else may have been meant.
    private func noColumn(
        _ name: String, of model: Model, or others: [String] = [], at offset: Int, _ scope: Scope
    ) -> Typed {
        if unknown.hasColumns(of: model.name) { return .invalid(at: offset) }
        return fault(
            "\(model.name) has no column \"\(name)\"", at: offset, scope,
            suggestion: nearest(name, in: model.columns.map(\.name) + others))
    }

    /// A path as rules write it.
    private static func written(_ parts: [String]) -> String {
        parts.map(ReservedNames.inRules).joined(separator: ".")
    }

    func unknown(
        _ kind: String, _ name: String, among known: [String], at offset: Int, _ scope: Scope
    ) -> Typed {
        fault(
            "unknown \(kind) \"\(name)\"", at: offset, scope, suggestion: nearest(name, in: known))
    }

    func column(
        _ index: Int, of row: ScopeRow, image: ColumnPlace.Image = .new, at offset: Int,
        _ scope: Scope
    ) -> Typed {
        guard scope.purpose.allowsColumns else {
            return fault("\(scope.purpose.name) cannot read columns", at: offset, scope)
        }
        if unknown.has(column: index, of: row.model.name) { return .invalid(at: offset) }
        let column = row.model.columns[index]
        if column.computed != nil, !scope.purpose.allowsComputed {
            return fault(
                "\(column.name) is computed itself: repeat what it is computed of", at: offset,
                scope)
        }
        return Typed(
            .column(ColumnPlace(row: row.number, index: index, image: image)), .known(column.type),
            enumeration: column.enumeration, at: offset)
    }

    // MARK: The row before an update

    private func oldColumn(_ parts: [String], at offset: Int, _ scope: Scope) -> Typed {
        guard let row = judgedRow(naming: "old", at: offset, scope) else {
            return .invalid(at: offset)
        }
        guard parts.count == 2 else {
            return fault("old has columns only, no relations", at: offset, scope)
        }
        guard let index = row.model.columnIndex(parts[1]) else {
            return noColumn(parts[1], of: row.model, at: offset, scope)
        }
        return column(index, of: row, image: .old, at: offset, scope)
    }

    func changed(_ parts: [String], at offset: Int, _ scope: Scope) -> Typed {
        guard let row = judgedRow(naming: "changed()", at: offset, scope) else {
            return .invalid(at: offset)
        }
        guard let name = parts.last, parts.count == 1 || parts == [row.name, name] else {
            return fault("changed() takes a column of the row judged", at: offset, scope)
        }
        guard let index = row.model.columnIndex(name) else {
            return noColumn(name, of: row.model, at: offset, scope)
        }
        let images = [ColumnPlace.Image.new, .old].map { image in
            let column = Expression.column(
                ColumnPlace(row: row.number, index: index, image: image))
            return row.model.columns[index].type == .json ? column.jsonKey : column
        }
        return .boolean(.distinct(images[0], images[1]), at: offset)
    }

    private func judgedRow(naming word: String, at offset: Int, _ scope: Scope) -> ScopeRow? {
        guard scope.purpose.allowsOld else {
            report(
                "\(word) has a meaning only in the \"check\" of an update: "
                    + "write {\"using\": …, \"check\": …}", at: offset, scope)
            return nil
        }
        guard let row = scope.rows.first, row.number == 0 else {
            report("\(word) cannot be used in a named rule", at: offset, scope)
            return nil
        }
        return row
    }

    // MARK: Paths

    func relation(_ name: String, of model: Model) -> Relationship? {
        model.relationships.first { $0.alias == name && $0.isToOne }
    }

    func relationNames(of model: Model) -> [String] {
        model.relationships.filter(\.isToOne).compactMap(\.alias)
    }

    private func path(
        from row: ScopeRow, _ parts: ArraySlice<String>, at offset: Int, _ scope: Scope
    ) -> Typed {
        guard let first = parts.first, let last = parts.last else { return .invalid(at: offset) }
        if parts.count == 1 {
            if let index = row.model.columnIndex(first) {
                return column(index, of: row, at: offset, scope)
            }
            return noColumn(first, of: row.model, at: offset, scope)
        }
        guard let found = follow(parts.dropLast(), from: row, at: offset, scope) else {
            return .invalid(at: offset)
        }
        guard let index = found.model.columnIndex(last) else {
            return noColumn(last, of: found.model, at: offset, scope)
        }
        if unknown.has(column: index, of: found.model.name) { return .invalid(at: offset) }
        let column = found.model.columns[index]
        return Typed(
            .scalar(found, ColumnPlace(row: found.row, index: index)), .known(column.type),
            enumeration: column.enumeration, at: offset)
    }

    /// The row at the end of a chain of to-one relations; faults are reported.
    func follow(
        _ relations: ArraySlice<String>, from row: ScopeRow, at offset: Int, _ scope: Scope
    ) -> Subquery? {
        guard scope.purpose.allowsOtherRows, scope.purpose.allowsColumns else {
            report("\(scope.purpose.name) cannot read other rows", at: offset, scope)
            return nil
        }
        var model = row.model
        var key: (Int) -> Expression = { .column(ColumnPlace(row: row.number, index: $0)) }
        var found: Subquery?
        for name in relations {
            guard let relation = relation(name, of: model),
                let next = catalogue.model(relation.target)
            else {
                if unknown.has(relation: name, of: model.name) { return nil }
                report(
                    "\(model.name) has no to-one relation \"\(name)\"", at: offset, scope,
                    suggestion: nearest(name, in: relationNames(of: model)))
                return nil
            }
            let number = nextRow()
            let keys = zip(relation.sourceColumns, relation.targetColumns).map { source, target in
                Expression.comparison(
                    .equal, .column(ColumnPlace(row: number, index: target)), key(source))
            }
            let subquery = Subquery(
                model: next, row: number,
                condition: .conjunction(keys + [.isThere(next, row: number)]))
            found = subquery
            model = next
            key = { .scalar(subquery, ColumnPlace(row: number, index: $0)) }
        }
        return found
    }
}
