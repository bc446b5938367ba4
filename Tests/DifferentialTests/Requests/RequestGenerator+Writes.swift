extension RequestGenerator {
    mutating func insert(_ model: GeneratedModel, isWild: Bool) -> GeneratedRequest {
        var request = GeneratedRequest("POST", "/rest/v1/\(model.name)")
        let resolvesConflicts = dice.chance(30)
        let columns = insertable(model, isWild: isWild, givesKey: resolvesConflicts)
        let isArray = dice.chance(50)
        let rows = (0..<(isArray ? dice.number(1...4) : 1)).map { _ in
            row(of: columns, isWild: isWild)
        }
        request.body = .rows(rows, isArray: isArray)
        if dice.chance(isArray ? 50 : 10) {
            let names = columns.map { $0.name }
            let listed = isWild && dice.chance(20) ? names + ["nope"] : names
            request.query.append(("columns", listed.map { "\"\($0)\"" }.joined(separator: ",")))
            if isArray {
                request.body = .rows(rows.map { thinned($0, of: model, isWild) }, isArray: true)
            }
        }
        if resolvesConflicts { addConflict(to: &request, model, isWild: isWild) }
        request.fields += prefer(
            [
                ["return=representation", "return=minimal", "return=headers-only"],
                ["missing=default", "missing=null"],
                ["count=exact"], ["tx=rollback", "max-affected=1"],
            ], isWild: isWild)
        addShape(to: &request, model, isWild: isWild)
        request.fields += accept(isWild: isWild)
        return request
    }

    /// A row without some of what it may lack, where the columns are listed.
    private mutating func thinned(
        _ row: [ModelWord], of model: GeneratedModel, _ isWild: Bool
    ) -> [ModelWord] {
        row.filter { member in
            let isNeeded = !isWild && model[member.name]?.isRequired ?? true
            return isNeeded || dice.chance(80)
        }
    }

    /// A row of the service's. The keys that are not left to the server follow one another, so that
    /// references find them.
    mutating func openingInsert(_ model: GeneratedModel, _ number: Int) -> GeneratedRequest {
        var request = GeneratedRequest("POST", "/rest/v1/\(model.name)")
        request.caller = .service
        request.isNumbered = model.isNumbered
        request.fields = [("Prefer", "return=representation")]
        var row = row(of: insertable(model, isWild: false), isWild: false)
        if hidesRows, model["secret"] != nil {
            row.removeAll { $0.name == "secret" }
            row.append(("secret", quoted("⟦secret:\(number)⟧")))
        }
        row.removeAll { member in
            model.key.contains(member.name) || model[member.name]?.reference?.model == model.name
        }
        for name in model.key {
            guard let column = model[name], !column.has("identity") else { continue }
            let isLeftOut = column.isServerMade && column.reference == nil && number >= 3
            if isLeftOut { continue }
            let isSpread = model.key.count > 1 && column.reference == nil
            let value =
                isSpread ? dice.pick(column.values) : column.values[number % column.values.count]
            row.append((name, value.json))
        }
        request.body = .rows([row], isArray: false)
        return request
    }

    private mutating func addConflict(
        to request: inout GeneratedRequest, _ model: GeneratedModel, isWild: Bool
    ) {
        request.fields.append(
            ("Prefer", "resolution=\(dice.pick(["merge-duplicates", "ignore-duplicates"]))"))
        var targets = [model.key] + model.unique
        if isWild { targets += [["nope"], [model.columns[0].name]] }
        guard dice.chance(50) else { return }
        request.query.append(
            ("on_conflict", dice.pick(targets).map { "\"\($0)\"" }.joined(separator: ",")))
    }

    /// What a representation shows.
    private mutating func addShape(
        to request: inout GeneratedRequest, _ model: GeneratedModel, isWild: Bool
    ) {
        guard dice.chance(40) else { return }
        let shape = shape(of: model, isWild: isWild && dice.chance(30), depth: 1)
        if !shape.select.isEmpty { request.query.append(("select", shape.select)) }
    }

    /// The columns of an insert's rows: what must be given, and some of what may be.
    ///
    /// - Parameter givesKey: whether keys are given more often that the server would make.
    private mutating func insertable(
        _ model: GeneratedModel, isWild: Bool, givesKey: Bool = false
    ) -> [GeneratedColumn] {
        model.columns.filter { column in
            if column.has("readOnly") { return isWild && dice.chance(15) }
            if column.has("identity") { return dice.chance(givesKey ? 70 : 10) }
            if model.key.contains(column.name) {
                return column.isServerMade && column.reference == nil
                    ? dice.chance(givesKey ? 80 : 20) : !isWild || dice.chance(95)
            }
            if column.isRequired, !column.has("default") || column.name == "owner" {
                return !isWild || dice.chance(92)
            }
            return dice.chance(50)
        }
    }

    mutating func row(of columns: [GeneratedColumn], isWild: Bool) -> [ModelWord] {
        var row = columns.map { column -> ModelWord in
            (column.name, value(of: column, isWild: isWild).json)
        }
        if isWild, dice.chance(8) { row.append(("nope", "1")) }
        if isWild, dice.chance(8), !row.isEmpty { row.removeLast() }
        return row
    }

    private mutating func value(of column: GeneratedColumn, isWild: Bool) -> Datum {
        if isWild, dice.chance(20), let bad = dice.pickIfAny(column.badValues) { return bad }
        if dice.chance(column.isRequired ? (isWild ? 8 : 0) : 12) { return .null }
        // Others may be there on one side alone.
        if let shared = column.hiddenKeys.shared.first, dice.chance(8) { return shared }
        return dice.pickIfAny(column.values) ?? .null
    }

    mutating func update(_ model: GeneratedModel, isWild: Bool) -> GeneratedRequest {
        var request = GeneratedRequest("PATCH", "/rest/v1/\(model.name)")
        addSelection(to: &request, of: model, isWild: isWild)
        let able = model.columns.filter { column in
            if column.has("readOnly") { return isWild && dice.chance(15) }
            return !model.key.contains(column.name) || dice.chance(15)
        }
        var columns = Array(dice.shuffled(able).prefix(dice.number(0...3)))
        if columns.isEmpty, dice.chance(80) { columns = Array(able.prefix(1)) }
        request.body = .rows([row(of: columns, isWild: isWild)], isArray: dice.chance(15))
        if dice.chance(8) {
            let names = able.prefix(2).map { "\"\($0.name)\"" }
            if !names.isEmpty { request.query.append(("columns", names.joined(separator: ","))) }
        }
        request.fields = changePreferences(isWild: isWild)
        addShape(to: &request, model, isWild: isWild)
        request.fields += accept(isWild: isWild)
        return request
    }

    mutating func delete(_ model: GeneratedModel, isWild: Bool) -> GeneratedRequest {
        var request = GeneratedRequest("DELETE", "/rest/v1/\(model.name)")
        addSelection(to: &request, of: model, isWild: isWild)
        request.fields = changePreferences(isWild: isWild)
        addShape(to: &request, model, isWild: isWild)
        request.fields += accept(isWild: isWild)
        if takesAlongWhatMayBeHeld(model) {
            request.fields.removeAll { field in
                ["max-affected", "object"].contains { field.value.contains($0) }
            }
        }
        return request
    }

    /// Whether rows of a third model may hold what a delete takes along. PostgreSQL finds that out
    /// when the statement ends, after it has counted rows.
    private func takesAlongWhatMayBeHeld(_ model: GeneratedModel) -> Bool {
        func refers(_ column: GeneratedColumn, to other: GeneratedModel) -> Bool {
            column.reference?.model == other.name
        }
        return models.contains { child in
            child.columns.contains { refers($0, to: model) && $0.reference?.onDelete == "cascade" }
                && models.contains { $0.columns.contains { refers($0, to: child) } }
        }
    }

    private mutating func changePreferences(isWild: Bool) -> [(name: String, value: String)] {
        prefer(
            [
                ["return=representation", "return=minimal", "return=headers-only"],
                ["count=exact"], ["max-affected=1, handling=strict", "max-affected=3"],
                ["missing=default"],
            ], isWild: isWild)
    }

    private mutating func keyValue(of column: GeneratedColumn) -> Datum {
        if hidesRows {
            if dice.chance(25), let hidden = dice.pickIfAny(column.hiddenKeys.all) { return hidden }
        } else if column.has("identity") {
            return Datum("⟦\(column.name):\(dice.number(0...7))⟧")
        } else if column.isServerMade {
            return Datum("⟦id:\(dice.number(0...11))⟧")
        }
        return dice.pickIfAny(column.values) ?? .null
    }

    /// Filters that find few rows: a change of many leaves little to compare.
    private mutating func addSelection(
        to request: inout GeneratedRequest, of model: GeneratedModel, isWild: Bool
    ) {
        if dice.chance(6) { return }
        var filters: [ModelWord] = []
        for name in model.key {
            guard let column = model[name] else { continue }
            filters.append((name, "eq.\(keyValue(of: column).operand)"))
        }
        request.namesRow = dice.chance(60)
        request.query =
            request.namesRow ? filters : self.filters(on: model, most: 2, isWild: isWild)
    }
}
