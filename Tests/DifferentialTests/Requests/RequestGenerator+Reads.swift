extension RequestGenerator {
    /// What `select` asks for, and what the rest of a request must know of it.
    struct Shape {
        var select: String
        /// The embeds by the path that leads to them.
        var embeds: [(path: String, relation: Relation)] = []
        /// Whether its embeds can all be put in an order.
        var canBeOrdered = true
    }

    mutating func read(_ model: GeneratedModel, isWild: Bool) -> GeneratedRequest {
        var request = GeneratedRequest(dice.chance(8) ? "HEAD" : "GET", "/rest/v1/\(model.name)")
        let shape = shape(of: model, isWild: isWild)
        if !shape.select.isEmpty { request.query.append(("select", shape.select)) }
        request.query += filters(on: model, isWild: isWild)
        request.query += embedParameters(shape, isWild: isWild)
        request.isOrdered = addOrder(to: &request, of: model, shape, isWild: isWild)
        request.fields +=
            prefer([["count=exact", "count=planned", "count=estimated"]], isWild: isWild)
        request.fields += accept(isWild: isWild)
        return request
    }

    /// Parameters of the embeds: filters, null tests.
    private mutating func embedParameters(_ shape: Shape, isWild: Bool) -> [ModelWord] {
        var parameters: [ModelWord] = []
        for (path, relation) in shape.embeds {
            if dice.chance(30) {
                parameters += filters(
                    on: relation.model, path: path + ".", most: 1, isWild: isWild)
            }
            if !path.contains("."), dice.chance(12) {
                parameters.append((path, dice.pick(["is.null", "not.is.null"])))
            }
        }
        if isWild, dice.chance(8) { parameters.append(("nope.id", "eq.1")) }
        return parameters
    }

    /// Puts everything in an order that all servers share, and takes a part of it; true if it did.
    /// What has no such order is compared as a set, so it is not cut.
    private mutating func addOrder(
        to request: inout GeneratedRequest, of model: GeneratedModel, _ shape: Shape, isWild: Bool
    ) -> Bool {
        guard dice.chance(65), shape.canBeOrdered, let key = model.totalOrder else { return false }
        var terms = dice.some(asked(of: model).filter(\.isComparable).map(\.name), percent: 25)
            .map { orderTerm($0) }
        terms += key.map { dice.chance(30) ? "\($0).desc" : $0 }
        if isWild, dice.chance(12) { terms.append(dice.pick(["nope", "a.up", "", "a.desc.asc"])) }
        if dice.chance(15),
            let (path, relation) = dice.pickIfAny(
                shape.embeds.filter({
                    !$0.relation.isToMany && !$0.path.contains(".")
                })), let column = dice.pickIfAny(relation.model.columns.filter(\.isComparable))
        {
            terms.insert("\(path)(\(column.name))\(dice.pick(["", ".desc", ".nullsfirst"]))", at: 0)
        }
        request.query.append(("order", terms.joined(separator: ",")))
        for (path, relation) in shape.embeds where relation.isToMany {
            let order = relation.model.totalOrder ?? []
            request.query.append(("\(path).order", order.joined(separator: ",")))
            if dice.chance(15) { request.query.append(("\(path).limit", "\(dice.number(0...2))")) }
        }
        addWindow(to: &request, isWild: isWild)
        return true
    }

    private mutating func orderTerm(_ name: String) -> String {
        (name == "order" ? "\"order\"" : name) + dice.pick(["", ".asc", ".desc"])
            + dice.pick(["", "", ".nullsfirst", ".nullslast"])
    }

    private mutating func addWindow(to request: inout GeneratedRequest, isWild: Bool) {
        if dice.chance(30) { request.query.append(("limit", "\(dice.number(0...4))")) }
        if dice.chance(20) { request.query.append(("offset", "\(dice.pick([0, 1, 2, 50]))")) }
        if dice.chance(8) { request.fields.append(("Range", dice.pick(["0-1", "1-", "3-2"]))) }
        if isWild, dice.chance(8) {
            request.query.append((dice.pick(["limit", "offset"]), dice.pick(["-1", "x", "1e3"])))
        }
    }

    // MARK: Select

    mutating func shape(of model: GeneratedModel, isWild: Bool, depth: Int = 2) -> Shape {
        if depth == 2, dice.chance(25) { return Shape(select: dice.pick(["", "*"])) }
        var items: [String] = dice.chance(35) ? ["*"] : []
        var shape = Shape(select: "")
        for column in dice.some(asked(of: model), percent: items.isEmpty ? 60 : 10) {
            items.append(item(of: column, isStarred: items.contains("*"), isWild: isWild))
        }
        let relations = Relation.all(from: model, in: models)
        if depth > 0, !relations.isEmpty {
            for _ in 0..<(dice.chance(50) ? dice.number(1...2) : 0) {
                let relation = dice.pick(relations)
                let isTaken = shape.embeds.contains { $0.path == relation.key }
                if isTaken, !isWild { continue }
                items.append(embed(relation, in: &shape, isWild: isWild, depth: depth))
            }
        }
        if isWild, dice.chance(20) {
            items.append(
                dice.pick([
                    "nope", "nope(*)", "count()", "a::nope", "*,", "x:y:z", "id(", "count",
                    "a.sum()",
                ]))
        }
        if items.isEmpty { items.append("*") }
        shape.select = items.joined(separator: ",")
        return shape
    }

    private mutating func item(
        of column: GeneratedColumn, isStarred: Bool, isWild: Bool
    ) -> String {
        // The name says that the server numbers it.
        if column.name.hasPrefix("serial_") { return column.name }
        var item = column.name
        let hasPath = column.kind.isJSON && dice.chance(40)
        if hasPath { item += jsonPath() }
        if isWild, dice.chance(8) {
            item += "::" + dice.pick(["int", "date", "bool", "nope", "text"])
        } else if dice.chance(12), !hasPath {
            item += "::" + dice.pick(column.kind.casts)
        }
        return isStarred || dice.chance(15) ? "x\(dice.number(0...9)):\(item)" : item
    }

    private mutating func embed(
        _ relation: Relation, in shape: inout Shape, isWild: Bool, depth: Int
    ) -> String {
        // Asks only how many there are.
        if dice.chance(8), relation.isToMany {
            return "n\(shape.embeds.count):\(relation.target)(count)"
        }
        let inner = self.shape(
            of: relation.model, isWild: isWild && dice.chance(30), depth: depth - 1)
        let isSpread = isWild && dice.chance(20)
        let alias = dice.chance(30) && !isSpread ? "e\(shape.embeds.count)" : nil
        let key = alias ?? relation.key
        shape.embeds.append((key, relation))
        shape.embeds += inner.embeds.map { ("\(key).\($0.path)", $0.relation) }
        if relation.isToMany, relation.model.totalOrder == nil { shape.canBeOrdered = false }
        shape.canBeOrdered = shape.canBeOrdered && inner.canBeOrdered
        let join = dice.pick(["", "", "", "!inner", "!left"])
        let content = dice.chance(8) ? "" : inner.select
        return (isSpread ? "..." : alias.map { "\($0):" } ?? "") + relation.target + join
            + "(\(content))"
    }
}
