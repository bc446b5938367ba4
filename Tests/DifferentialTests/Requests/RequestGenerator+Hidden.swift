/// What somebody else does with the service's key while callers ask. To rows that these must not
/// see it may be other things on either side.
extension RequestGenerator {
    /// Hidden rows of both sides, those of one side, and feeds.
    mutating func hiddenOpening() -> [GeneratedRequest] {
        var stranger = signUp(user: Self.stranger)
        stranger.side = .left
        var requests = [stranger]
        for model in models {
            requests += (0..<3).map { sharedRow(of: model, $0) }
        }
        for model in models {
            for side in [Side.left, .right] {
                requests += (0..<dice.number(0...6)).map { _ in singleRow(of: model, side) }
            }
        }
        return requests + [beacon(), join(), join(), beacon()]
    }

    /// A few steps.
    mutating func elsewhere() -> [GeneratedRequest] {
        let model = dice.pick(models)
        var steps: [GeneratedRequest]
        switch dice.number(0...9) {
        case 0: steps = [openingInsert(model, dice.number(0...5))]
        case 1: steps = [change(visibleOf: model)]
        case 2: steps = [beacon(), join()]
        default:
            steps = [Side.left, .right].flatMap { side in
                (0..<dice.number(0...2)).map { _ in hiddenWrite(to: model, side) }
            }
        }
        return dice.chance(40) ? steps + [beacon()] : steps
    }

    private mutating func hiddenWrite(to model: GeneratedModel, _ side: Side) -> GeneratedRequest {
        switch dice.number(0...9) {
        case 0...4: return singleRow(of: model, side)
        case 5...7:
            var request = service("PATCH", model, side)
            request.query = [keys(of: model, isJunction(model) ? \.shared : \.all)]
            let able = model.columns.filter { isContent($0, of: model) }
            request.body = .rows([row(of: dice.some(able), isWild: false)], isArray: false)
            return request
        default:
            guard !isJunction(model) else { return hiddenWrite(to: model, side) }
            var request = service("DELETE", model, side)
            request.query = [keys(of: model, \.single, percent: 30)]
            return request
        }
    }

    /// A filter for some hidden rows. The first of those that both servers have is not among them,
    /// since rows of callers may join it.
    private mutating func keys(
        of model: GeneratedModel, _ which: KeyPath<HiddenKeys, [Datum]>, percent: Int = 60
    ) -> ModelWord {
        let column = model[model.key.last ?? ""]
        let first = column?.hiddenKeys.shared.first
        let able = (column?.hiddenKeys[keyPath: which] ?? []).filter { $0 != first }
        let chosen = dice.some(able, percent: percent).map(\.operand).joined(separator: ",")
        return (column?.name ?? "", "in.(\(chosen))")
    }

    /// A change that callers may hear of, of a hidden column or of whether the row is hidden.
    private mutating func change(visibleOf model: GeneratedModel) -> GeneratedRequest {
        var request = service("PATCH", model, nil)
        request.query = model.key.map { name in
            (name, "eq.\((dice.pickIfAny(model[name]?.values ?? []) ?? .null).operand)")
        }
        let secret: ModelWord = ("secret", quoted("⟦secret:\(dice.number(0...99))⟧"))
        let vault: ModelWord = ("vault", dice.pick(["false", "false", "true"]))
        request.body = .rows([[dice.pick([secret, secret, vault])]], isArray: false)
        return request
    }

    private func service(
        _ method: String, _ model: GeneratedModel, _ side: Side?
    ) -> GeneratedRequest {
        var request = GeneratedRequest(method, "/rest/v1/\(model.name)")
        request.caller = .service
        request.side = side
        request.fields = [("Prefer", "return=minimal")]
        return request
    }

    // MARK: Rows

    /// A hidden row that both servers have.
    private mutating func sharedRow(of model: GeneratedModel, _ number: Int) -> GeneratedRequest {
        let row = hiddenRow(of: model) { column, _ in
            let hidden = column.hiddenKeys.shared
            return hidden.isEmpty ? nil : hidden[number]
        }
        return insert(row, into: model, nil)
    }

    /// A hidden row of one side, which no caller's write may meet: it holds back no row, and takes
    /// no value from one.
    private mutating func singleRow(of model: GeneratedModel, _ side: Side) -> GeneratedRequest {
        let unique = Set(model.unique.joined())
        let isJunction = isJunction(model)
        var row = hiddenRow(of: model) { column, dice in
            guard let reference = column.reference else {
                return unique.contains(column.name)
                    ? .null : dice.pickIfAny(column.hiddenKeys.single)
            }
            // Rows of callers join the first ones.
            let shared = column.hiddenKeys.shared
            if isJunction { return dice.pick(Array(shared.dropFirst())) }
            let goesAlong = reference.onDelete == "cascade" && !unique.contains(column.name)
            return dice.pick(goesAlong ? shared + column.values : shared)
        }
        for name in unique where !row.contains(where: { $0.name == name }) {
            row.append((name, "null"))
        }
        return insert(row, into: model, side)
    }

    private func isJunction(_ model: GeneratedModel) -> Bool {
        model.key.allSatisfy { model[$0]?.reference != nil }
    }

    /// - Parameter value: of a column that holds keys or must be unique; nil for any.
    private mutating func hiddenRow(
        of model: GeneratedModel, _ value: (GeneratedColumn, inout Dice) -> Datum?
    ) -> [ModelWord] {
        var row: [ModelWord] = []
        for column in model.columns where column.name != "vault" {
            if let value = value(column, &dice) {
                row.append((column.name, value.json))
            } else if column.isRequired || model.key.contains(column.name) || dice.chance(70) {
                row += self.row(of: [column], isWild: false)
            }
        }
        return row + [("vault", "true")]
    }

    /// Whether a hidden row's value of it can be any.
    private func isContent(_ column: GeneratedColumn, of model: GeneratedModel) -> Bool {
        column.reference == nil && column.name != "vault" && !model.key.contains(column.name)
            && !model.unique.joined().contains(column.name)
    }

    private func insert(
        _ row: [ModelWord], into model: GeneratedModel, _ side: Side?
    ) -> GeneratedRequest {
        var request = service("POST", model, side)
        request.body = .rows([row], isArray: false)
        return request
    }
}
