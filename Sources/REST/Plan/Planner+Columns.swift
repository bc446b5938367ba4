import Database
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
            table.members.append(
                TablePlan.Member(
                    key: column.name, type: column.type,
                    source: .column(ColumnSource(column: index, mask: mask))))
        }
    }

    func member(_ field: SelectField, of model: Model) throws(Problem) -> TablePlan.Member {
        if Self.countsRows(field, of: model) {
            if let cast = field.cast ?? field.aggregateCast {
                _ = try castType(cast, from: .integer)
            }
            return TablePlan.Member(key: field.alias ?? "count", type: .integer, source: .rowCount)
        }
        guard field.aggregate == nil, let name = field.field else { throw .aggregates }
        var source = try source(name, of: model)
        var type = valueType(of: source, in: model)
        if let cast = field.cast {
            source.cast = Self.textCast(to: cast, from: type)
            type = source.cast == nil ? try castType(cast, from: type) : .text
        }
        return TablePlan.Member(
            key: field.alias ?? name.outputKey, type: type, source: .column(source))
    }

    /// `count()`, or `count` where no column is called so. The only aggregate so far: it tells no
    /// more than `Prefer: count` does.
    private static func countsRows(_ field: SelectField, of model: Model) -> Bool {
        guard let name = field.field else { return field.aggregate == .count }
        return name == Field(name: "count") && field.aggregate == nil
            && model.columnIndex("count") == nil
    }

    /// A column to show, with its mask.
    func source(_ field: Field, of model: Model) throws(Problem) -> ColumnSource {
        let index = try columnIndex(field.name, of: model)
        var source = ColumnSource(column: index, path: field.path)
        switch permissions.column(index, of: model, .read) {
        case .free: break
        case .denied: throw forbidden(index, of: model)
        case .matching(let predicate): source.mask = predicate
        }
        return source
    }

    /// A column whose value decides which rows come or in what order. One that is hidden in some
    /// rows would be told by it, so it must be free.
    func judgedSource(_ field: Field, of model: Model) throws(Problem) -> ColumnSource {
        let index = try columnIndex(field.name, of: model)
        try requireReadable(index, of: model)
        return ColumnSource(column: index, path: field.path)
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
        if let index = model.columnIndex(name) { return index }
        throw .noColumn(name, of: model)
    }

    /// The type of what a path finds: text after `->>`, JSON after `->`. On a column that is not
    /// JSON a path finds nothing.
    func valueType(of source: ColumnSource, in model: Model) -> ColumnType {
        guard let last = source.path.last else { return model.columns[source.column].type }
        return last.isText ? .text : .json
    }

    /// Integers that JavaScript cannot hold are asked for as text; booleans are as simple.
    private static func textCast(to name: String, from type: ColumnType) -> ColumnSource.Cast? {
        guard name == "text" else { return nil }
        switch type {
        case .integer, .integer32: return .integerToText
        case .boolean: return .booleanToText
        case .text, .uuid, .timestamp, .date, .time, .decimal, .real, .json, .bytes: return nil
        }
    }

    /// A cast that changes nothing is taken; the others are recognised and refused.
    private func castType(_ name: String, from type: ColumnType) throws(Problem) -> ColumnType {
        let known: Set<String> = [
            "text", "varchar", "int", "integer", "int4", "int8", "bigint", "numeric", "float8",
            "real",
            "boolean", "bool", "date", "timestamp", "timestamptz", "uuid", "json", "jsonb", "bytea",
            "time",
        ]
        guard known.contains(name) else { throw .noType(name) }
        if name == "text", [.uuid, .date, .time].contains(type) { return .text }
        guard name == type.wireName || name == type.formalName else {
            throw .notImplemented(
                "Casting \(type.formalName) to \(name) in select is not supported yet.")
        }
        return type
    }

    func orderKey(_ term: OrderTerm, in table: TablePlan) throws(Problem) -> OrderKey {
        var judged = table
        var embeds: [Int] = []
        if let name = term.embed {
            guard let index = table.embedIndex(name) else { throw .notEmbedded(name) }
            guard table.embeds[index].link.isToOne else {
                throw .relatedOrder(by: name, of: table.model.name)
            }
            embeds = [index]
            judged = table.embeds[index].table
        }
        let source = try judgedSource(term.field, of: judged.model)
        if valueType(of: source, in: judged.model) == .json {
            throw .unorderedJSON("\(term.field)")
        }
        let mayBeNull =
            !embeds.isEmpty || !source.path.isEmpty
            || judged.model.columns[source.column].isNullable
        return OrderKey(
            embeds: embeds, source: source, descending: term.descending,
            nullsFirst: term.nullsComeFirst, mayBeNull: mayBeNull)
    }
}
