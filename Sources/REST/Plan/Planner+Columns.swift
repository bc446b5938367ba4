import Diagnostics
import Expressions
import Query
import Schema
import Values

extension Planner {
    /// `*`: every column the caller may see, in the order of the schema.
    func appendAllColumns(to table: inout TablePlan) {
        for (index, column) in table.model.columns.enumerated() {
            let mask: Predicate?
            switch permissions.column(index, of: table.model, .read) {
            case .denied: continue
            case .free: mask = nil
            case .matching(let predicate): mask = predicate
            }
            let field = ResolvedField(column: index, of: table.model)
            // Who knows it by the name it had before goes on finding it.
            for name in table.model.names(of: index) {
                table.members.append(
                    TablePlan.Member(
                        key: name, type: column.type, source: .column(field, mask: mask)))
            }
        }
    }

    func member(_ field: SelectField, of model: Model) throws(Problem) -> TablePlan.Member {
        if Self.countsRows(field, of: model) {
            if let cast = field.cast ?? field.aggregateCast {
                try requireUnchanged(.integer, castTo: cast)
            }
            return TablePlan.Member(key: field.alias ?? "count", type: .integer, source: .rowCount)
        }
        guard field.aggregate == nil, let name = field.field else { throw .aggregates }
        var shown = try name.resolved(for: model, in: naming(model))
        let mask = try mask(of: shown.column, of: model)
        if let cast = field.cast { shown = try self.cast(shown, to: cast) }
        return TablePlan.Member(
            key: field.alias ?? name.outputKey, type: shown.type,
            source: .column(shown, mask: mask))
    }

    /// `count()`, or `count` where no column is called so. The only aggregate so far: it tells no
    /// more than `Prefer: count` does.
    private static func countsRows(_ field: SelectField, of model: Model) -> Bool {
        guard let name = field.field else { return field.aggregate == .count }
        return name == Field(name: "count") && field.aggregate == nil
            && model.columnIndex("count") == nil
    }

    /// What hides a column in some rows; nil when the caller may read it in all.
    private func mask(of index: Int, of model: Model) throws(Problem) -> Predicate? {
        switch permissions.column(index, of: model, .read) {
        case .free: return nil
        case .denied: throw forbidden(index, of: model)
        case .matching(let predicate): return predicate
        }
    }

    /// For fields whose values decide which rows of `table` come, or in what order. A column that
    /// is hidden in some rows would be told by it, so it must be free.
    func judging(_ table: TablePlan) -> FilterScope {
        FilterScope(
            permit: { (column) throws(Problem) in
                try requireReadable(column, of: table.model)
            }, noted: { [outdated] in outdated.note($0, $1, of: table.model) },
            related: table.embedIndex)
    }

    /// For fields that are shown.
    private func naming(_ model: Model) -> FilterScope {
        FilterScope(noted: { [outdated] in outdated.note($0, $1, of: model) })
    }

    func requireReadable(_ index: Int, of model: Model) throws(Problem) {
        guard case .free = permissions.column(index, of: model, .read) else {
            throw forbidden(index, of: model)
        }
    }

    func requireReadable(_ columns: [Int], of model: Model) throws(Problem) {
        for index in columns { try requireReadable(index, of: model) }
    }

    func forbidden(_ index: Int, of model: Model) -> Problem {
        .forbiddenColumn(
            model.columns[index].name, of: model.name, isAnonymous: permissions.isAnonymous)
    }

    func columnIndex(_ name: String, of model: Model) throws(Problem) -> Int {
        if let index = model.columnIndex(asked: name) {
            outdated.note(name, index, of: model)
            return index
        }
        throw .noColumn(name, of: model)
    }

    /// Integers that JavaScript cannot hold are asked for as text.
    private func cast(_ field: ResolvedField, to name: String) throws(Problem) -> ResolvedField {
        if name == ColumnType.text.wireName, let text = field.asText { return text }
        try requireUnchanged(field.type, castTo: name)
        return field
    }

    /// A cast that changes nothing is taken; the others are recognised and refused.
    private func requireUnchanged(_ type: ColumnType, castTo name: String) throws(Problem) {
        guard ColumnType.families.contains(where: { $0.traits.castNames.contains(name) }) else {
            throw .noType(name)
        }
        guard name == type.wireName || name == type.formalName else {
            throw .notImplemented(
                "Casting \(type.formalName) to \(name) in select is not supported yet.")
        }
    }

    func orderKey(_ term: OrderTerm, in table: TablePlan) throws(Problem) -> OrderKey {
        var judged = table
        var embed: Int?
        if let name = term.embed {
            guard let index = table.embedIndex(name) else { throw .notEmbedded(name) }
            guard table.embeds[index].link.isToOne else {
                throw .relatedOrder(by: name, of: table.model.name)
            }
            embed = index
            judged = table.embeds[index].table
        }
        let field = try term.field.resolved(for: judged.model, in: judging(judged))
        if field.type == .json { throw .unorderedJSON("\(term.field)") }
        let mayBeNull =
            embed != nil || !field.isWholeColumn
            || judged.model.columns[field.column].isNullable
        return OrderKey(
            embed: embed, field: field, descending: term.descending,
            nullsFirst: term.nullsComeFirst, mayBeNull: mayBeNull)
    }
}
