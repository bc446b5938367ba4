import Bytes
import Store
import Values

/// Makes a structure of the lines of ``CatalogueQuery``.
struct CatalogueReader {
    private(set) var structure = DatabaseStructure()
    /// The conditions of checks by table and name.
    private(set) var checks: [String: [String: TableStructure.Condition]] = [:]

    /// What lines describe.
    static func description(_ lines: [String]) -> StructureDescription {
        StructureDescription(lines) { CatalogueReader($0).structure }
    }

    init(_ lines: [String]) {
        for line in lines {
            guard let document = try? JSONDocument(parsing: Array(line.utf8)) else { continue }
            let members = document.root.elements
            switch members.first?.string.flatMap(CatalogueQuery.Line.init) {
            case nil: continue
            case .table: readTable(members)
            case .column: readColumn(members)
            case .constraint: readConstraint(members)
            case .index: readIndex(members)
            case .obstacle: readObstacle(members)
            }
        }
    }

    private static func names(_ value: JSONValue) -> [String] {
        value.isNull ? [] : value.elements.map { ($0.string ?? "").lowercased() }
    }

    private static func text(_ value: JSONValue) -> String { value.string ?? "" }

    // MARK: Tables

    private mutating func readTable(_ members: [JSONValue]) {
        let name = Self.text(members[1])
        var table = TableStructure(name: name.lowercased())
        if members[2].bool == true { table.options.insert(TableOption.unlogged) }
        if members[3].bool == true { table.options.insert(TableOption.inherits) }
        table.spelled = Spelling(name)
        structure.tables[table.name] = table
    }

    private mutating func readColumn(_ members: [JSONValue]) {
        let name = Self.text(members[2])
        var column = TableStructure.Column(name: name.lowercased(), type: Self.text(members[3]))
        column.isNotNull = members[4].bool == true
        if let text = members[5].string {
            let type = PostgresDialect.type(called: column.type)
            let constant = PrintedConstant.text(of: text)
            column.defaultValue = .init(text, constant.flatMap { try? type?.parse($0) })
        }
        column.spelled = Spelling(name)
        switch Self.text(members[6]) {
        case "d": column.rest.append(ColumnAttribute.numbers)
        case "a": column.rest.append(ColumnAttribute.numbersAlways)
        default: break
        }
        if let generated = members[7].string {
            column.computed = TableStructure.Computation(
                .init(printed: generated), isStored: members[8].bool == true)
        }
        if let collation = members[9].string {
            column.rest.append("\(ColumnAttribute.collation) \(quoted(identifier: collation))")
        }
        structure.tables[Self.text(members[1]).lowercased()]?.columns.append(column)
    }

    private mutating func readObstacle(_ members: [JSONValue]) {
        let name = Self.text(members[1])
        let (old, new) = (quoted(identifier: name), quoted(identifier: name + "_before"))
        structure.obstacles[name.lowercased()] = Obstacle(
            "\(Self.text(members[2])) \(old)",
            wayOut: "rename it (ALTER \(Self.text(members[3])) \(old) RENAME TO \(new);)")
    }

    // MARK: Constraints

    private mutating func readConstraint(_ members: [JSONValue]) {
        let table = Self.text(members[1]).lowercased()
        let (name, columns) = (Self.text(members[2]), Self.names(members[4]))
        switch Self.text(members[3]) {
        case "p":
            structure.tables[table]?.primaryKey = columns
            structure.tables[table]?.constraintNames.primaryKey = name
            if let words = members[12].string { structure.tables[table]?.options.insert(words) }
        case "u":
            if let words = members[12].string {
                structure.tables[table]?.otherUniques[name] = words
            } else {
                structure.tables[table]?.uniques.insert(columns)
                structure.tables[table]?.constraintNames.uniques[columns] = name
            }
        case "f":
            let key = Self.key(members, columns)
            structure.tables[table]?.keys.insert(key)
            structure.tables[table]?.constraintNames.keys[key] = name
        case "c":
            let printed = TableStructure.Condition(printed: Self.text(members[5]))
            let condition =
                members[6].bool == true
                ? printed : .init("\(printed.text) NOT VALID", names: printed.names)
            structure.tables[table]?.checks.insert(condition)
            structure.tables[table]?.constraintNames.checks[condition] = name
            checks[table, default: [:]][name] = condition
        default: break
        }
    }

    private static func key(_ members: [JSONValue], _ columns: [String]) -> TableStructure.Key {
        var key = TableStructure.Key(
            columns: columns, target: Self.text(members[8]).lowercased(),
            targetColumns: Self.names(members[9]))
        key.onDelete = deletions[Self.text(members[10])] ?? ""
        if members[6].bool == false { key.rest.append("not valid") }
        if members[7].bool == true { key.rest.append("initially deferred") }
        if let rest = members[11].string, !rest.isEmpty { key.rest.append(rest) }
        return key
    }

    /// The actions by their letters in the catalogue.
    private static let deletions: [String: String] = [
        "a": DeleteAction.noAction, "r": .restrict, "c": .cascade, "n": .setNull,
        "d": .setDefault,
    ].mapValues { $0.sql.lowercased() }

    // MARK: Indexes

    private mutating func readIndex(_ members: [JSONValue]) {
        let predicate = members[5].string.map { TableStructure.Condition(printed: $0) }
        var parts: [IndexStructure.Part] = []
        var names = predicate?.names ?? []
        for part in members[6].elements {
            let (read, named) = Self.part(part.elements)
            parts.append(read)
            names += named
        }
        // What a build without lock has left when it failed serves nobody.
        if members[4].bool != true { parts.append(.init("not valid")) }
        let spelling = Self.text(members[1])
        let name = spelling.lowercased()
        var index = IndexStructure(
            name: name, table: Self.text(members[2]).lowercased(),
            isUnique: members[3].bool == true, parts: parts, predicate: predicate, names: names)
        index.spelled = Spelling(spelling)
        structure.indexes[name] = index
    }

    private static func part(
        _ members: [JSONValue]
    ) -> (IndexStructure.Part, names: [String]) {
        let words = text(members[0])
        let names = SQLLexer.tokens(of: words, .postgres).compactMap(\.name)
        if members[1].bool == true {
            let isDescending = members[2].int64 == 3
            return (
                .init(column: words.lowercased(), isDescending: isDescending),
                names + [words.lowercased()]
            )
        }
        let rest = members[2...].map { String(utf8: $0.raw) }.joined(separator: " ")
        return (.init("\(words) \(rest)"), names + [words.lowercased()])
    }
}

/// What a column may have that no definition says, as structures word it.
enum ColumnAttribute {
    static let numbers = "numbers of its own"
    static let numbersAlways = "numbers of its own always"
    /// Its name stands behind it.
    static let collation = "the collation"
}

/// What a table may be that no definition says, as structures word it.
enum TableOption {
    static let unlogged = "unlogged"
    static let inherits = "inherits"
}
