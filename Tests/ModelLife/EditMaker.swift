/// Makes models up, and edits of them as people make them. What comes out need not be right: who
/// asks has it read, and asks again.
struct EditMaker {
    private let isPostgres: Bool
    var dice: Dice
    var values: ValueMaker
    var models: [LifeModel] = []
    /// The rows that are there, which some edits are made for.
    var rows: [Int: [Oracle.Row]] = [:]
    private(set) var lastID = 0
    /// The models as they were before the edit.
    private var before: [LifeModel] = []

    init(dice: Dice, isPostgres: Bool) {
        self.isPostgres = isPostgres
        self.dice = dice
        values = ValueMaker(dice: Dice(seed: self.dice.seed()))
    }

    /// Takes down how things are before an edit.
    ///
    /// - Parameter forgets: Whether former names are taken out of the files: nobody asks by them,
    ///   and all files that rename are applied.
    mutating func begin(forgets: Bool) {
        if forgets {
            for model in models.indices {
                models[model].former = []
                for column in models[model].columns.indices {
                    models[model].columns[column].former = []
                }
            }
        }
        before = models
    }

    mutating func newID() -> Int {
        lastID += 1
        return lastID
    }

    // MARK: Names

    private static let long = String(repeating: "abcdefghij", count: 6)

    private static let names = [
        "a", "b", "c", "d", "e", "title", "order", "group", "select", "table", "index", "value",
        "check", "createdAt", "Camel", "user", "key", "primary", "default", "things", "rooms",
        "references", "unique", "integer", "text", "new", "old", "id2", "_x", "a_b", "b_c",
        long + "one", long + "two", "null", "and", "desc", "count", "excluded", "limit", "offset",
        "first name", "ÄRGER", "a.b", "a, b", "it's", "Größe", "x desc", "1st", "--x", "$1", "名前",
        "a->b",
    ]

    private static let modelNames = [
        "things", "rooms", "order", "Members", "group", "user", "notes", "a", "a_b", "table",
        "select", "index", long + "m", long + "n", "values", "tagsOfNotes", "trigger", "view",
        "my things", "a.b", "Straße", "it's", "on", "1st", "x (y)",
    ]

    /// A name that no column of the model has, nor had before the edit: that would be the same.
    mutating func columnName(for model: LifeModel) -> String {
        let old = before.first { $0.id == model.id }?.columns ?? []
        let taken = Set(
            (model.columns + old).flatMap { [$0.name] + $0.former }.map { $0.lowercased() })
        let free = Self.names.filter { !taken.contains($0.lowercased()) }
        return dice.pick(free) ?? "c\(newID())"
    }

    mutating func modelName() -> String {
        let taken = Set(
            (models + before).flatMap { [$0.name] + $0.former }.map { $0.lowercased() })
        let free = Self.modelNames.filter { !taken.contains($0.lowercased()) }
        return dice.pick(free) ?? "m\(newID())"
    }

    /// A name of its own for a reference, where the engine keeps that.
    mutating func referenceName() -> String? {
        isPostgres ? "\(dice.chance(50) ? "ref " : "fkey_")\(newID())" : nil
    }

    // MARK: Models

    mutating func model() -> LifeModel {
        let kind = dice.pick([Kind.integer, .integer, .uuid, .text, .integer32]) ?? .integer
        var key = LifeModel.Column(id: newID(), name: "id", kind: kind)
        if kind == .integer || kind == .integer32 { key.isIdentity = dice.chance(50) }
        if kind == .uuid { key.computed = "uuidv7()" }
        var model = LifeModel(
            id: newID(), name: modelName(), columns: [key], key: [key.id])
        for _ in 0..<dice.number(0...5) { addColumn(to: &model) }
        if !key.isIdentity, dice.chance(15), let second = model.columns.last,
            second.id != key.id, !second.kind.isJSON
        {
            model.key.append(second.id)
        }
        for _ in 0..<dice.number(0...2) { addConstraint(to: &model) }
        return model
    }

    mutating func addColumn(to model: inout LifeModel) {
        if dice.chance(25), addReference(to: &model) { return }
        let kind = dice.pick(Kind.all) ?? .text
        var column = LifeModel.Column(id: newID(), name: columnName(for: model), kind: kind)
        column.isRequired = dice.chance(35)
        if dice.chance(25) { bound(&column, []) }
        if dice.chance(column.isRequired ? 60 : 20) {
            let cell = column.choices.flatMap { dice.pick($0) } ?? values.cell(kind)
            if Oracle().keeps(cell, column, model) { column.constant = cell }
        } else if dice.chance(30), column.choices == nil {
            // What is computed is none of the values that an enum lists.
            column.computed = kind == .timestamp ? "now()" : kind == .uuid ? "uuidv7()" : nil
        }
        model.columns.insert(column, at: dice.number(0...model.columns.count))
    }

    /// Lets a column refer to a key of some model.
    mutating func addReference(to model: inout LifeModel) -> Bool {
        guard let target = dice.pick(models + [model]) else { return false }
        let keys = ([target.key] + target.uniques).filter { $0.count == 1 }
        guard let key = dice.pick(keys)?.first, let other = target.column(key),
            other.generated == nil
        else { return false }
        var column = LifeModel.Column(
            id: newID(), name: columnName(for: model), kind: other.kind)
        column.isRequired = dice.chance(20)
        let actions = ["noAction", "restrict", "cascade", "setNull", "setDefault"]
        column.reference = LifeModel.Reference(
            model: target.id, column: key, onDelete: dice.pick(actions) ?? "",
            name: dice.chance(20) ? referenceName() : nil)
        model.columns.append(column)
        return true
    }

    /// Gives a column an enum, lengths or a range, some of which its rows keep.
    mutating func bound(_ column: inout LifeModel.Column, _ there: [Cell]) {
        column.choices = nil
        column.length = (nil, nil)
        column.range = (nil, nil)
        switch column.kind {
        case .text where dice.chance(60), .bytes:
            column.length.max = dice.number(2...40)
            if dice.chance(30) { column.length.min = dice.number(0...1) }
        case .integer, .integer32, .real, .decimal:
            if dice.chance(30) { return enumerate(&column, there) }
            let bounds = [values.cell(column.kind), values.cell(column.kind)]
            if dice.chance(70) { column.range.max = dice.chance(50) ? there.max() : bounds[0] }
            if dice.chance(30) { column.range.min = bounds[1] }
        case .boolean, .json: return
        case .text, .uuid, .timestamp, .date, .time: enumerate(&column, there)
        }
        if let constant = column.constant, !Oracle().keeps(constant, column, bare(column)) {
            column.constant = nil
        }
    }

    private func bare(_ column: LifeModel.Column) -> LifeModel {
        LifeModel(id: 0, name: "", columns: [column], key: [])
    }

    private mutating func enumerate(_ column: inout LifeModel.Column, _ there: [Cell]) {
        var choices = dice.chance(70) ? there : there.filter { _ in dice.chance(50) }
        for _ in 0..<3 { choices.append(values.cell(column.kind)) }
        var seen: Set<Cell> = [.null]
        column.choices = choices.filter { seen.insert($0).inserted }.filter {
            if case .fresh = $0 { false } else { true }
        }
        if let constant = column.constant, !choices.contains(constant) { column.constant = nil }
    }

    // MARK: Constraints

    mutating func addConstraint(to model: inout LifeModel) {
        switch dice.number(0...3) {
        case 0: addUnique(to: &model)
        case 1: addCheck(to: &model)
        default: addIndex(to: &model)
        }
    }

    mutating func addUnique(to model: inout LifeModel) {
        let columns = model.columns.filter { !$0.kind.isJSON }.map(\.id)
        var unique = Set<Int>()
        for _ in 0..<dice.number(1...2) { unique.formUnion(dice.pick(columns).map { [$0] } ?? []) }
        if unique.isEmpty || unique == Set(model.key) { return }
        if model.uniques.contains(where: { Set($0) == unique }) { return }
        model.uniques.append(unique.sorted())
    }

    mutating func addCheck(to model: inout LifeModel) {
        guard let column = dice.pick(model.columns.filter { condition($0, isCheck: true) != nil }),
            let condition = condition(column, isCheck: true),
            // Of two that say the same nobody can tell which is there.
            !model.checks.contains(where: { $0.column == column.id })
        else { return }
        model.checks.append(
            LifeModel.Check(name: "check_\(newID())", column: column.id, condition: condition))
    }

    private func condition(
        _ column: LifeModel.Column, isCheck: Bool
    ) -> LifeModel.Condition? {
        var dice = dice
        if !isCheck, dice.chance(30) { return .present }
        if column.kind == .text {
            return dice.chance(50) ? .shorter(than: dice.number(3...50)) : .other(than: "it's")
        }
        return column.kind.isNumber ? .less(than: Int64(dice.number(20...90))) : nil
    }

    mutating func addIndex(to model: inout LifeModel) {
        var parts: [(column: Int, isDescending: Bool)] = []
        for _ in 0..<dice.number(1...2) {
            guard let column = dice.pick(model.columns), !column.kind.isJSON,
                !parts.contains(where: { $0.column == column.id })
            else { continue }
            parts.append((column.id, dice.chance(40)))
        }
        if parts.isEmpty { return }
        var index = LifeModel.Index(id: newID(), name: nil, parts: parts)
        if dice.chance(30) { index.name = "index_\(index.id)" }
        if dice.chance(40), let column = dice.pick(model.columns) {
            index.condition = condition(column, isCheck: false).map { (column.id, $0) }
        }
        model.indexes.append(index)
    }
}
