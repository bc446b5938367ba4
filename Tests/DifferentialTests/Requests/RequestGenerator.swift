/// Writes random requests to the servers of a project, about a third of them wrong somewhere.
struct RequestGenerator {
    let models: [GeneratedModel]
    var dice: Dice
    /// How many requests of each kind the limits of sign-in still let through: what is refused for
    /// coming too often depends on the clock.
    var signUpsLeft = 20
    var signInsLeft = 22
    var failuresLeft = 12
    /// What must come next.
    var following: [GeneratedRequest] = []
    /// Whether nobody who asks may see all rows.
    let hidesRows: Bool
    var beacons = 0

    init(_ project: GeneratedProject, seed: UInt64) {
        models = project.models.filter { $0.name != GeneratedModel.beacons }
        hidesRows = project.hidesRows
        dice = Dice(seed: seed)
        // Passwords take a hundred times as long as all else, and tell little of rows.
        if hidesRows { (signUpsLeft, signInsLeft, failuresLeft) = (1, 2, 3) }
    }

    /// Two users, and rows to ask for.
    mutating func opening() -> [GeneratedRequest] {
        var requests = (0...1).map { signUp(user: $0) }
        for model in models {
            requests += (0..<6).map { openingInsert(model, $0) }
        }
        if hidesRows { requests += hiddenOpening() }
        return requests
    }

    mutating func next() -> GeneratedRequest {
        if !following.isEmpty { return following.removeFirst() }
        if hidesRows, dice.chance(15) {
            following = elsewhere()
            return next()
        }
        let isWild = dice.chance(30)
        let model = dice.pick(models)
        var request: GeneratedRequest
        switch dice.number(0...99) {
        case 0...44: request = read(model, isWild: isWild)
        case 45...64: request = insert(model, isWild: isWild)
        case 65...78: request = update(model, isWild: isWild)
        case 79...86: request = delete(model, isWild: isWild)
        case 87...95 where !hidesRows || dice.chance(30): return account()
        case 87...95: request = read(model, isWild: isWild)
        default: request = malformed(model)
        }
        request.caller = caller()
        request.isNumbered = model.isNumbered
        return request
    }

    mutating func caller() -> Caller {
        switch dice.number(0...99) {
        case 0...34: .user(0)
        case 35...59: .user(1)
        case 60...74: .anonymous
        case 75...95: hidesRows ? .user(dice.number(0...1)) : .service
        case 96...97: .forger
        default: .nobody
        }
    }

    /// What is wrong with the whole request rather than with a part of it.
    private mutating func malformed(_ model: GeneratedModel) -> GeneratedRequest {
        let table = "/rest/v1/\(model.name)"
        var request = GeneratedRequest(
            dice.pick(["GET", "POST", "PATCH", "DELETE"]),
            dice.pick([table, table, table, "\(table)/1", "/rest/v1/nope", "/rest/v1/", "/nope"]))
        switch dice.number(0...9) {
        case 0: request.method = dice.pick(["PUT", "TRACE", "OPTIONS", "BREW"])
        case 1: request.body = .text(dice.pick(["{", "[1", "", "nul", "{\"a\":1}}", "\"x\""]))
        case 2: request.body = .text(dice.pick(["[1, 2]", "7", "null", "[[]]", "[{}, 3]"]))
        case 3: request.fields.append(("Accept-Profile", "secret"))
        case 4: request.fields.append(("Content-Profile", "public"))
        case 5: request.path += "?select=%ZZ&%=eq.1"
        case 6:
            request.path += dice.pick(["?select", "?=&=", "?select=*&select=nope", "?%00=eq.1"])
        case 7: request.path = "/rest/v1/rpc/\(dice.pick(["add", "", "a/b"]))"
        case 8: request.fields.append(("Content-Type", dice.pick(["text/csv", "text/plain"])))
        default: request.path += "?select=" + String(repeating: "a(", count: 80)
        }
        if request.method == "POST" || request.method == "PATCH", request.body == nil {
            request.body = .text("{}")
        }
        return request
    }

    // MARK: Headers

    /// A `Prefer` of some of these preferences, a wrong one among them where it is to be wrong.
    mutating func prefer(_ preferences: [[String]], isWild: Bool) -> [(name: String, value: String)]
    {
        var chosen = preferences.filter { _ in dice.chance(40) }.map { dice.pick($0) }
        if dice.chance(8) { chosen.append("handling=\(dice.pick(["strict", "lenient"]))") }
        if isWild, dice.chance(15) {
            chosen += [dice.pick(["count=many", "nope=1", "return=all", "missing"])]
            if dice.chance(50) { chosen.append("handling=strict") }
        }
        return chosen.isEmpty ? [] : [("Prefer", chosen.joined(separator: ", "))]
    }

    /// What the answer is to be, for one in a few requests.
    mutating func accept(isWild: Bool) -> [(name: String, value: String)] {
        guard dice.chance(12) else { return [] }
        let known = [
            "application/vnd.pgrst.object+json", "application/vnd.pgrst.array+json;nulls=stripped",
            "application/vnd.pgrst.object+json;nulls=stripped", "application/json", "*/*",
            "text/csv", "text/csv;q=0.1, application/json;q=0.2",
        ]
        return [("Accept", dice.pick(isWild ? known + ["image/png", ";;"] : known))]
    }
}
