// The edits. Each says in a word or two what it was; nil where there was nothing to edit.
extension EditMaker {
    /// One to four edits at once.
    mutating func edit() -> [String] {
        var done: [String] = []
        for _ in 0..<(dice.chance(60) ? 1 : dice.number(2...4)) {
            done += [editOnce()].compactMap(\.self)
        }
        return done
    }

    /// Changes a model with what this has to offer.
    private mutating func change<R>(
        _ place: Int, _ body: (inout EditMaker, inout LifeModel) -> R
    ) -> R {
        var model = models[place]
        defer { models[place] = model }
        return body(&self, &model)
    }

    private mutating func editOnce() -> String? {
        if models.count < 5, dice.chance(models.count < 2 ? 40 : 6) {
            models.append(model())
            return "add model"
        }
        guard let place = dice.place(in: models) else { return nil }
        switch dice.number(0...27) {
        case 0: return models.count > 1 && dice.chance(40) ? dropModel(place) : nil
        case 1: return renameModel(place)
        case 2, 3, 4:
            if models[place].columns.count > 9 { return nil }
            change(place) { $0.addColumn(to: &$1) }
            return "add column"
        case 5, 6: return dropColumn(place)
        case 7, 8: return renameColumn(place)
        case 9, 10, 11: return retype(place)
        case 12, 13: return changeRequired(place)
        case 14: return changeDefault(place)
        case 15, 16: return rebound(place)
        case 17: return changeKey(place)
        case 18:
            change(place) { $0.addUnique(to: &$1) }
            return "add unique"
        case 19: return dropConstraint(place)
        case 20:
            change(place) { $0.addIndex(to: &$1) }
            return "add index"
        case 21:
            change(place) { $0.addCheck(to: &$1) }
            return "add check"
        case 22: return changeConstraint(place)
        case 23, 24, 25, 26: return compute(place)
        default: return changeReference(place)
        }
    }

    // MARK: Models

    private mutating func dropModel(_ place: Int) -> String {
        let gone = models.remove(at: place)
        forgetReferences { $0.model == gone.id }
        return "drop model"
    }

    private mutating func forgetReferences(where isGone: (LifeModel.Reference) -> Bool) {
        for place in models.indices {
            for column in models[place].columns.indices {
                if let reference = models[place].columns[column].reference, isGone(reference) {
                    models[place].columns[column].reference = nil
                }
            }
        }
    }

    private mutating func renameModel(_ place: Int) -> String {
        let name = modelName()
        models[place].former.insert(models[place].name, at: 0)
        models[place].name = name
        return "rename model"
    }

    // MARK: Columns

    private mutating func dropColumn(_ place: Int) -> String? {
        let model = models[place]
        let free = model.columns.filter { !model.key.contains($0.id) }
        guard let column = dice.pick(free) else { return nil }
        models[place].drop(column.id)
        forgetReferences { $0.column == column.id }
        return "drop column"
    }

    private mutating func renameColumn(_ place: Int) -> String? {
        guard let column = dice.place(in: models[place].columns) else { return nil }
        let name = columnName(for: models[place])
        let former = models[place].columns[column].name
        models[place].columns[column].former.insert(former, at: 0)
        models[place].columns[column].name = name
        return "rename column"
    }

    private mutating func changeRequired(_ place: Int) -> String? {
        guard let column = dice.place(in: models[place].columns) else { return nil }
        models[place].columns[column].isRequired.toggle()
        return "required"
    }

    private mutating func retype(_ place: Int) -> String? {
        let model = models[place]
        let free = model.columns.filter { column in
            column.reference == nil
                && !models.contains { $0.columns.contains { $0.reference?.column == column.id } }
        }
        guard let id = dice.pick(free)?.id, let kind = dice.pick(Kind.all),
            let column = model.columns.firstIndex(where: { $0.id == id })
        else { return nil }
        let isSame = models[place].columns[column].kind == kind
        if isSame { return nil }
        models[place].columns[column].generated = nil
        for other in models[place].columns.indices {
            guard let generated = models[place].columns[other].generated, generated.of == id,
                LifeModel.Generated.kind(generated.form, of: kind)
                    != models[place].columns[other].kind
            else { continue }
            models[place].columns[other].generated = nil
        }
        models[place].columns[column].kind = kind
        models[place].columns[column].isIdentity = false
        let constant = dice.chance(20) ? values.cell(kind) : nil
        models[place].columns[column].constant = constant
        models[place].columns[column].computed = nil
        models[place].columns[column].choices = nil
        models[place].columns[column].length = (nil, nil)
        models[place].columns[column].range = (nil, nil)
        models[place].checks.removeAll { $0.column == id }
        models[place].indexes.removeAll { $0.condition?.column == id }
        if dice.chance(15) { change(place) { $0.bound(&$1.columns[column], []) } }
        if kind.isJSON {
            models[place].uniques.removeAll { $0.contains(id) }
            models[place].indexes.removeAll { $0.parts.contains { $0.column == id } }
        }
        return "retype"
    }

    private mutating func changeDefault(_ place: Int) -> String? {
        guard let column = dice.place(in: models[place].columns) else { return nil }
        let before = models[place].columns[column]
        if before.isIdentity || before.generated != nil { return nil }
        let cell = before.choices.flatMap { dice.pick($0) } ?? values.cell(before.kind)
        models[place].columns[column].computed = nil
        let isKept = dice.chance(70) && Oracle().keeps(cell, before, models[place])
        models[place].columns[column].constant = isKept ? cell : nil
        return "default"
    }

    private mutating func rebound(_ place: Int) -> String? {
        guard let column = dice.place(in: models[place].columns) else { return nil }
        let model = models[place]
        if model.columns[column].reference != nil { return nil }
        let there = (rows[model.id] ?? []).compactMap { $0[model.columns[column].id] }
        let kept = dice.chance(70) ? there : []
        change(place) { $0.bound(&$1.columns[column], kept) }
        return "bounds"
    }

    // MARK: Keys and constraints

    private mutating func changeKey(_ place: Int) -> String? {
        let model = models[place]
        if dice.chance(30), let key = model.columns.firstIndex(where: { [$0.id] == model.key }),
            [.integer, .integer32].contains(model.columns[key].kind),
            model.columns[key].constant == nil
        {
            models[place].columns[key].isIdentity.toggle()
            return "identity"
        }
        let free = model.columns.filter { !$0.kind.isJSON && $0.generated == nil }.map(\.id)
        var key: [Int] = []
        let isNone = dice.chance(20)
        for _ in 0..<(isNone ? 0 : dice.number(1...2)) {
            if let id = dice.pick(free), !key.contains(id) { key.append(id) }
        }
        if key.isEmpty != isNone || key == model.key { return nil }
        for column in models[place].columns.indices {
            models[place].columns[column].isIdentity = false
        }
        models[place].uniques.removeAll { Set($0) == Set(key) }
        // What others refer to stays unique.
        let isMeant = models.contains { $0.columns.contains { $0.reference?.model == model.id } }
        if isMeant, !model.key.isEmpty, Set(model.key) != Set(key) {
            models[place].uniques.append(model.key)
        }
        models[place].key = key
        return isNone ? "no key" : "primary key"
    }

    private mutating func dropConstraint(_ place: Int) -> String? {
        let model = models[place]
        switch dice.number(0...2) {
        case 0:
            guard let unique = dice.place(in: model.uniques) else { return nil }
            models[place].uniques.remove(at: unique)
            return "drop unique"
        case 1:
            guard let check = dice.place(in: model.checks) else { return nil }
            models[place].checks.remove(at: check)
            return "drop check"
        default:
            guard let index = dice.place(in: model.indexes) else { return nil }
            models[place].indexes.remove(at: index)
            return "drop index"
        }
    }

    private mutating func changeConstraint(_ place: Int) -> String? {
        let model = models[place]
        if dice.chance(50), let check = dice.place(in: model.checks) {
            if case .less(let bound) = model.checks[check].condition {
                models[place].checks[check].condition = .less(than: bound + 7)
            } else {
                let length = dice.number(2...30)
                models[place].checks[check].condition = .shorter(than: length)
            }
            return "change check"
        }
        guard let index = dice.place(in: model.indexes) else { return nil }
        for part in model.indexes[index].parts.indices {
            models[place].indexes[index].parts[part].isDescending.toggle()
        }
        models[place].indexes[index].condition = nil
        return "change index"
    }

    private mutating func changeReference(_ place: Int) -> String? {
        let model = models[place]
        let referring = model.columns.indices.filter { model.columns[$0].reference != nil }
        guard let column = dice.pick(Array(referring)) else {
            return change(place) { $0.addReference(to: &$1) } ? "add reference" : nil
        }
        switch dice.number(0...3) {
        case 0:
            models[place].columns[column].reference = nil
            return "drop reference"
        case 3:
            let name = referenceName()
            models[place].columns[column].reference?.name = name
            return "reference name"
        case 1:
            let actions = ["noAction", "restrict", "cascade", "setNull", "setDefault"]
            let action = dice.pick(actions) ?? ""
            models[place].columns[column].reference?.onDelete = action
            return "reference action"
        default:
            let kind = model.columns[column].kind
            let others = models.filter { other in
                other.key.count == 1 && other.column(other.key[0])?.kind == kind
            }
            guard let other = dice.pick(others) else { return nil }
            models[place].columns[column].reference?.model = other.id
            models[place].columns[column].reference?.column = other.key[0]
            return "reference target"
        }
    }
}
