/// Writes random projects that load: models of every column type, references, constraints, rules.
struct ProjectGenerator {
    var dice: Dice
    /// Whether there are to be rows and columns that no asking caller may see, and no values that
    /// each server makes for itself.
    let hidesRows: Bool
    var models: [GeneratedModel] = []

    init(seed: UInt64, hidesRows: Bool = false) {
        dice = Dice(seed: seed)
        self.hidesRows = hidesRows
    }

    private static let names = ["authors", "books", "Reviews", "orderLines", "parts"]

    mutating func project() -> GeneratedProject {
        let count = dice.number(2...4)
        for name in Self.names.prefix(count) { models.append(model(name)) }
        // Rules mention any model, so they come last.
        for index in models.indices {
            var writer = RuleWriter(
                models: models, dice: Dice(seed: dice.seed()), hidesRows: hidesRows)
            writer.addRules(to: &models[index], at: index)
        }
        if hidesRows { addHiddenColumns() }
        return GeneratedProject(
            models: models,
            rules: [
                ("signed_in()", quoted("auth.uid() is not null")),
                ("is_short(t text, n integer)", quoted("length(t) <= n")),
            ],
            settings: settings(), hidesRows: hidesRows)
    }

    private mutating func settings() -> [ModelWord] {
        [
            ("rest", "{\"safe_update\": \(dice.chance(30))}"),
            ("auth", "{\"anonymous\": \(dice.chance(30)), \"password_min_length\": 6}"),
        ]
    }

    // MARK: A model

    private enum KeyForm: CaseIterable {
        case implicit, uuid, identity, text, integer, composite, junction
    }

    private mutating func model(_ name: String) -> GeneratedModel {
        var model = GeneratedModel(name: name, columns: [], primaryKey: nil)
        addKey(to: &model)
        if hidesRows { addHiddenKeys(to: &model) }
        if dice.chance(70) { model.columns.append(owner()) }
        for target in models where dice.chance(65) { addReference(to: target, in: &model) }
        if dice.chance(20) { addReference(to: model, in: &model) }
        for index in model.columns.indices where model.key.contains(model.columns[index].name) {
            model.columns[index].isRequired = true
        }
        let kinds = dice.shuffled(ColumnKind.allCases).prefix(dice.number(3...8))
        for (index, kind) in kinds.enumerated() { model.columns.append(column(kind, index)) }
        addUnique(to: &model)
        addIndexes(to: &model)
        if dice.chance(hidesRows ? 80 : 40) { model.words.append(("realtime", "true")) }
        return model
    }

    private mutating func addKey(to model: inout GeneratedModel) {
        let targets = models.filter { $0.key.count == 1 }
        switch dice.pick(KeyForm.allCases) {
        case .implicit where hidesRows, .uuid where hidesRows: model.columns.append(givenKey())
        case .junction where targets.count < 2 && hidesRows: model.columns.append(givenKey())
        case .junction where targets.count >= 2:
            let pair = dice.shuffled(targets).prefix(2)
            for target in pair {
                addReference(to: target, in: &model, isKey: true)
            }
            model.primaryKey = model.columns.map(\.name)
        case .implicit, .junction:
            var id = GeneratedColumn("id", .uuid)
            id.isServerMade = true
            id.isDeclared = false
            model.columns.append(id)
        case .uuid:
            var id = GeneratedColumn("id", .uuid)
            id.isServerMade = true
            id.words = [
                ("default", "{\"$expr\": \"\(dice.pick(["uuidv7()", "gen_random_uuid()"]))\"}")
            ]
            model.columns.append(id)
        case .identity:
            var number = GeneratedColumn("serial_\(model.name)", dice.pick([.integer, .int32]))
            number.words = [("identity", "true")]
            // Values that the server does not reach.
            number.values = ["1001", "1002", "⟦\(number.name):0⟧", "⟦\(number.name):2⟧"]
                .map { Datum($0) }
            model.columns.append(number)
            model.primaryKey = [number.name]
        case .text:
            var code = GeneratedColumn("code", .text)
            code.values = ["a", "b", "c", "Ab", "é", "x y", "p,q", "10"].map { Datum(string: $0) }
            model.columns.append(code)
            model.primaryKey = ["code"]
        case .integer:
            var number = GeneratedColumn("nr", .integer)
            number.values = (1...8).map { Datum("\($0)") }
            model.columns.append(number)
            model.primaryKey = ["nr"]
        case .composite:
            var kind = GeneratedColumn("kind", .text)
            kind.values = ["a", "b", "c d"].map { Datum(string: $0) }
            var number = GeneratedColumn("nr", .int32)
            number.values = (1...4).map { Datum("\($0)") }
            model.columns += [kind, number]
            model.primaryKey = ["kind", "nr"]
        }
    }

    /// A user's row: the caller's own where nothing is said.
    private mutating func owner() -> GeneratedColumn {
        var owner = GeneratedColumn("owner", .uuid)
        owner.isServerMade = true
        owner.isRequired = dice.chance(20)
        owner.words = [("default", "{\"$expr\": \"auth.uid()\"}")]
        owner.values = [Datum(string: "⟦uid:0⟧"), Datum(string: "⟦uid:1⟧")]
        return owner
    }

    private mutating func addReference(
        to target: GeneratedModel, in model: inout GeneratedModel, isKey: Bool = false
    ) {
        guard target.key.count == 1, let key = target[target.key[0]] else { return }
        let number = model.columns.count
        let isSerial = key.has("identity")
        let name = isSerial ? "\(key.name)__\(number)" : "\(target.name)_ref\(number)"
        var column = GeneratedColumn(name, key.kind)
        column.isServerMade = key.isServerMade
        // Those that the first rows have.
        column.values = Array(key.values.prefix(key.isServerMade ? 3 : 6))
        if key.isServerMade { column.values.append(Datum(string: "⟦id:\(dice.number(0...3))⟧")) }
        if isSerial { column.values = (0...5).map { Datum("⟦\(key.name):\($0)⟧") } }
        if isSerial, hidesRows { column.values = (1...6).map { Datum("\($0)") } }
        column.hiddenKeys = key.hiddenKeys
        // A table that refers to itself must begin somewhere.
        column.isRequired = isKey || (dice.chance(30) && target.name != model.name)
        let actions: [String?] =
            column.isRequired
            ? [nil, "restrict", "cascade"] : [nil, "restrict", "cascade", "setNull", "noAction"]
        // Whether a row is held by one reference or taken along by another one first is up to the
        // order in which they are looked at.
        let holding: Set<String?> = [nil, "restrict", "noAction"]
        let earlier = model.columns.first { $0.reference?.model == target.name }?.reference
        let able = actions.filter { action in
            earlier.map { holding.contains($0.onDelete) == holding.contains(action) } ?? true
        }
        column.reference = GeneratedReference(
            model: target.name, alias: dice.chance(70) ? "to_\(target.name)\(number)" : nil,
            inverse: dice.chance(70) ? "of_\(model.name)\(number)" : nil,
            onDelete: dice.pick(able))
        model.columns.append(column)
    }

    private mutating func addUnique(to model: inout GeneratedModel) {
        guard dice.chance(40) else { return }
        let able = model.columns.filter { column in
            // Hidden rows have none.
            let isNullable = !column.isRequired && column.reference == nil
            return column.isComparable && column.kind != .number && (!hidesRows || isNullable)
        }.map(\.name)
        let names = Array(dice.shuffled(able).prefix(dice.number(1...2)))
        if !names.isEmpty, Set(names) != Set(model.key) { model.unique = [names] }
    }

    private mutating func addIndexes(to model: inout GeneratedModel) {
        guard dice.chance(30), let column = dice.pickIfAny(model.columns.filter(\.isComparable))
        else { return }
        model.words.append(
            ("indexes", "[{\"on\": [\(quoted(column.name + dice.pick(["", " desc"])))]}]"))
    }
}
