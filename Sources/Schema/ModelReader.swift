import Bytes
import Configuration
import Diagnostics
import Store
import Values

/// Reads one model file into a draft, reporting every fault in it.
struct ModelReader {
    let reader: FileReader
    var draft: ModelDraft

    /// Reads `file`; nil when it is not even a JSON object. A draft with faults is still returned
    /// so that other files' references to it are judged, and says that it has some.
    static func read(_ file: SourceFile, name: String, report: Report) -> ModelDraft? {
        let reader = FileReader(file: file, report: report)
        let told = report.diagnostics.count
        reader.isValid(name: name, "the model's name", at: file.location(0))
        if name.lowercased() == "rpc" {
            report.fault(
                "a model cannot be called \"rpc\": /rest/v1/rpc is for functions",
                at: file.location(0))
        }
        if name == "*" {
            report.fault(
                "a model cannot be called \"*\": feeds take that for all models",
                at: file.location(0))
        }
        guard let root = reader.parse() else { return nil }
        guard root.kind == .object else {
            reader.fault("a model file must hold an object", at: root)
            return nil
        }
        var model = ModelReader(reader: reader, draft: ModelDraft(name: name, file: file.path))
        model.read(reader.words(of: root, .model), root: root)
        model.draft.hasFaults = report.diagnostics.count > told
        return model.draft
    }

    private mutating func read(_ words: [String: FileReader.Member], root: JSONValue) {
        if let search = words["search"] {
            reader.fault(
                "\"search\" (full-text search) is not built yet; remove it for now", at: search.key)
        }
        draft.description = words["description"]?.value.string
        draft.renamedFrom = reader.formerNames(words["renamedFrom"])
        if let word = words["renamedFrom"] {
            draft.renamedFromLocation = reader.file.location(word.key.offset)
        }
        draft.isDeprecated = words["deprecated"]?.value.bool ?? false
        // Without columns, which is reported, nothing that names them could be right.
        guard words["properties"] != nil else { return }
        if let word = words["view"] { readView(word, words) }
        readColumns(words)
        if draft.view == nil, let word = words["softDelete"], word.value.bool == true {
            readSoftDelete(word)
        }
        readPrimaryKey(words["primaryKey"], root: root)
        for reference in words["references"]?.value.elements ?? [] { readReference(reference) }
        if draft.view == nil { readTable(words) }
        if let access = words["access"] {
            draft.access = readAccess(access.value)
        } else if root["access"] == nil {
            reader.report.warn(
                "only the service_role may read or write \"\(draft.name)\": it has no \"access\"; "
                    + "{} says that it is meant", at: reader.file.location(root.offset))
        }
    }

    /// What only models have whose rows are stored.
    private mutating func readTable(_ words: [String: FileReader.Member]) {
        for unique in words["unique"]?.value.elements ?? [] { readUnique(unique) }
        for index in words["indexes"]?.value.elements ?? [] { readIndex(index) }
        if let checks = words["checks"] { readChecks(checks.value) }
        if let realtime = words["realtime"] { draft.realtime = readRealtime(realtime.value) }
    }

    // MARK: Columns

    private mutating func readColumns(_ words: [String: FileReader.Member]) {
        let properties = words["properties"].map { reader.members(of: $0.value) } ?? []
        let required = readRequired(words["required"]?.value, of: properties)
        let declaredKey = words["primaryKey"]?.value.elements.compactMap(\.string)
        let isStored = draft.view == nil
        if isStored, declaredKey == nil, !properties.contains(where: { $0.name == "id" }) {
            draft.columns.append(.implicitID(table: draft.name, file: draft.file))
        }
        let notNull = required.union(declaredKey ?? (isStored ? ["id"] : []))
        var lowered = Set<String>()
        for property in properties {
            checkName(of: property, taken: &lowered)
            let told = reader.report.diagnostics.count
            let column = PropertyReader(reader: reader, table: draft.name, member: property)
                .read(isRequired: notNull.contains(property.name), draft: &draft)
            if reader.report.diagnostics.count > told {
                draft.faultyColumns.insert(draft.columns.count)
            }
            draft.columns.append(column)
        }
        refuseCircles(of: draft.columns.map { ($0.name, $0.renamedFrom, $0.location) })
        var former = FormerNames(of: "column", reader.report)
        for column in draft.columns {
            former.take(column.renamedFrom, of: column.name, at: column.location)
        }
        if draft.columns.count > SchemaLimits.columnsMax {
            reader.report.fault(
                "the model has more than \(SchemaLimits.columnsMax) columns",
                at: reader.file.location(0))
        }
    }

    /// Names that go round in a circle do not say whether they have done so already.
    private func refuseCircles(
        of names: [(name: String, before: [String], location: SourceLocation)]
    ) {
        let before = Dictionary(
            names.map { ($0.name, $0.before) }, uniquingKeysWith: { first, _ in first })
        func leads(_ former: String, to name: String) -> Bool {
            var seen: Set<String> = []
            var left = [former]
            while let next = left.popLast() {
                if next == name { return true }
                if seen.insert(next).inserted { left += before[next] ?? [] }
            }
            return false
        }
        for (name, formers, location) in names {
            guard let former = formers.first(where: { leads($0, to: name) }) else { continue }
            reader.report.fault(
                former == name
                    ? "\"renamedFrom\" is the name that \"\(name)\" has"
                    : "\"\(name)\" and \"\(former)\" cannot have each other's name: "
                        + "rename one of them to a third name first, and then to this",
                at: location)
        }
    }

    private func readRequired(
        _ names: JSONValue?, of properties: [FileReader.Member]
    ) -> Set<String> {
        var required = Set<String>()
        for element in names?.elements ?? [] {
            let name = element.string ?? ""
            if !properties.contains(where: { $0.name == name }) {
                reader.fault(
                    "\"required\" names \"\(name)\", which is not declared in \"properties\"",
                    at: element, suggestion: nearest(name, in: properties.map(\.name)))
            } else if !required.insert(name).inserted {
                reader.fault("\"\(name)\" stands here twice", at: element)
            }
        }
        return required
    }

    private func checkName(of property: FileReader.Member, taken: inout Set<String>) {
        let location = reader.file.location(property.key.offset)
        reader.isValid(name: property.name, "the column's name", at: location)
        if EngineNames.columns.contains(property.name.lowercased()) {
            reader.fault("a column cannot be called \"\(property.name)\"", at: property.key)
        }
        for reason in ReservedNames.inconveniences(of: property.name) {
            reader.report.warn("the column's name \"\(property.name)\" \(reason)", at: location)
        }
        if !taken.insert(property.name.lowercased()).inserted {
            reader.fault(
                "the column \"\(property.name)\" differs from another only in upper and lower "
                    + "case", at: property.key)
        }
    }

    // MARK: Keys and indexes

    private mutating func readPrimaryKey(_ word: FileReader.Member?, root: JSONValue) {
        if let word {
            draft.primaryKey = columns(word.value, "\"primaryKey\"")
            draft.numbersRows = draft.view == nil && word.value.elements.isEmpty
            if draft.numbersRows { checkKeyless(word.value) }
        } else if draft.view == nil, let id = draft.columnIndex("id") {
            draft.primaryKey = [id]
        }
        refuseJSON(among: draft.primaryKey, "part of the primary key")
        for index in draft.primaryKey where draft.columns[index].computed != nil {
            reader.report.fault(
                "a computed column cannot be part of the primary key: writers give a row its key",
                at: draft.columns[index].location)
        }
        for (index, column) in draft.columns.enumerated()
        where column.isIdentity && draft.view == nil {
            if draft.primaryKey != [index] {
                reader.report.fault(
                    "an identity column must be the whole primary key", at: column.location)
            }
        }
    }

    /// What a model without a key cannot be.
    private func checkKeyless(_ value: JSONValue) {
        if draft.deletedAt != nil {
            reader.fault("\"softDelete\" needs a key: rows are restored by it", at: value)
        }
        if draft.columns.isEmpty {
            reader.fault("a model without a key needs a column", at: value)
        }
    }

    /// Whether two JSON values are the same is not said by their texts: `1` and `1.0` are.
    private func refuseJSON(among columns: [Int], _ role: String) {
        for index in columns where draft.columns[index].type == .json {
            if draft.faultyColumns.contains(index) { continue }
            reader.report.fault(
                "a JSON column cannot be \(role)", at: draft.columns[index].location)
        }
    }

    /// The columns an array of names stands for; unknown and repeated names are reported.
    private func columns(_ names: JSONValue, _ what: String) -> [Int] {
        var found: [Int] = []
        for element in names.elements {
            guard let index = column(element.string ?? "", what, at: element) else { continue }
            if found.contains(index) {
                reader.fault("\"\(element.string ?? "")\" stands here twice", at: element)
            } else {
                found.append(index)
            }
        }
        return found
    }

    private func column(_ name: String, _ what: String, at value: JSONValue) -> Int? {
        if let index = draft.columnIndex(name) { return index }
        reader.fault(
            "\(what) names \"\(name)\", which the model does not have", at: value,
            suggestion: nearest(name, in: draft.columns.map(\.name)))
        return nil
    }

    private mutating func readUnique(_ names: JSONValue) {
        let columns = columns(names, "\"unique\"")
        guard !columns.isEmpty else { return }
        refuseJSON(among: columns, "unique")
        if draft.uniques.contains(where: { Set($0.columns) == Set(columns) })
            || Set(columns) == Set(draft.primaryKey)
        {
            reader.fault("these columns are already unique", at: names)
            return
        }
        let name = ConstraintName.of(draft.name, columns.map { draft.columns[$0].name }, "key")
        draft.uniques.append(Table.Key(name, columns))
        draft.globalNames.append((name, reader.file.location(names.offset)))
    }

    private mutating func readReference(_ value: JSONValue) {
        let location = reader.file.location(value.offset)
        let read = ReferenceReader(reader: reader, location: location)
            .read(value) { columns($0, "\"references\"") }
        guard let read else { return }
        if read.columns.contains(where: { draft.columns[$0].computed != nil }) {
            reader.fault("a computed column cannot refer to other rows", at: value)
        } else if draft.references.contains(where: { Set($0.columns) == Set(read.columns) }) {
            reader.fault("what these columns refer to is already said", at: value)
        } else {
            draft.references.append(read)
        }
    }

    private mutating func readIndex(_ value: JSONValue) {
        let words = reader.words(of: value, .index)
        guard let on = words["on"]?.value else { return }
        var parts: [Index.Part] = []
        for element in on.elements {
            guard let part = indexPart(element) else { continue }
            if parts.contains(where: { $0.column == part.column }) {
                reader.fault(
                    "\"\(draft.columns[part.column].name)\" stands here twice", at: element)
            } else {
                parts.append(part)
            }
        }
        guard !parts.isEmpty else { return }
        let predicate = words["where"].map { reader.file.expression($0.value) }
        var name = ConstraintName.free(
            draft.name, parts.map { draft.columns[$0.column].name }, "idx",
            taken: draft.indexes.map(\.name))
        if let given = words["name"], let text = given.value.string {
            let location = reader.file.location(given.value.offset)
            if reader.isValid(name: text, "the index's name", at: location) { name = text }
        }
        draft.indexes.append(Index(name: name, parts: parts, predicate: predicate))
        draft.globalNames.append((name, reader.file.location(value.offset)))
    }

    /// A column's name, which may hold blanks, and perhaps a direction behind it.
    private func indexPart(_ element: JSONValue) -> Index.Part? {
        let text = element.string ?? ""
        if let index = draft.columnIndex(text) {
            return Index.Part(column: index, isDescending: false)
        }
        var words = text.split(separator: " ", omittingEmptySubsequences: false)
        let last = words.last?.lowercased()
        let hasDirection = words.count > 1 && (last == "asc" || last == "desc")
        if hasDirection { words.removeLast() }
        let name = words.joined(separator: " ")
        if !hasDirection, words.count > 1, draft.columnIndex(String(words[0])) != nil {
            reader.fault(
                "an index part is a column's name, perhaps with \"asc\" or \"desc\"", at: element)
            return nil
        }
        guard let index = column(name, "\"indexes\"", at: element) else { return nil }
        return Index.Part(column: index, isDescending: last == "desc" && hasDirection)
    }

    private mutating func readChecks(_ value: JSONValue) {
        for member in reader.members(of: value) {
            let location = reader.file.location(member.key.offset)
            guard reader.isValid(name: member.name, "the check's name", at: location) else {
                continue
            }
            if draft.columns.contains(where: { $0.checkName == member.name }) {
                reader.fault(
                    "\"\(member.name)\" is the name of a column's own check", at: member.key)
            }
            draft.checks.append(
                Check(name: member.name, condition: reader.file.expression(member.value)))
        }
    }

    // MARK: Access and feed

    private func readAccess(_ value: JSONValue) -> [Verb: AccessRule] {
        let words = reader.words(of: value, .access)
        var access: [Verb: AccessRule] = [:]
        for verb in Verb.allCases {
            access[verb] = verb.entry(in: words).flatMap { rule($0.value) }
        }
        return access
    }

    /// Nil where an update rule has no `using`, which is reported.
    private func rule(_ value: JSONValue) -> AccessRule? {
        guard value.kind == .object else {
            let source = reader.file.rule(value)
            return AccessRule(using: source, check: source)
        }
        let words = reader.words(of: value, .update)
        guard let using = words["using"].map({ reader.file.rule($0.value) }) else { return nil }
        return AccessRule(
            using: using, check: words["check"].map { reader.file.rule($0.value) } ?? using)
    }

    private func readRealtime(_ value: JSONValue) -> RealtimeSettings? {
        if let isOn = value.bool {
            return isOn ? RealtimeSettings(retain: nil) : nil
        }
        let words = reader.words(of: value, .realtime)
        return RealtimeSettings(
            retain: words["retain"]?.value.string.flatMap(Duration.init(span:)))
    }
}

extension Column {
    /// The number that the store gives the rows of a model without a key.
    static func rowNumber(table: String, file: String) -> Column {
        Column(
            table: table, name: EngineNames.rowNumber, type: .integer, description: nil,
            isNullable: false, default: nil, onUpdate: nil, isReadOnly: true, isIdentity: true,
            enumeration: nil, bounds: Bounds(), jsonRule: nil, reference: nil, renamedFrom: [],
            isDeprecated: false, access: nil, location: SourceLocation(file: file))
    }

    /// The `id` of a model that declares neither a key nor an `id`.
    static func implicitID(table: String, file: String) -> Column {
        let location = SourceLocation(file: file)
        return Column(
            table: table, name: "id", type: .uuid, description: nil, isNullable: false,
            default: .expression(ExpressionSource("uuidv7()", at: location)), onUpdate: nil,
            isReadOnly: false, isIdentity: false, enumeration: nil,
            bounds: Bounds(), jsonRule: nil, reference: nil, renamedFrom: [], isDeprecated: false,
            access: nil,
            location: location)
    }
}
