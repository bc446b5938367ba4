extension RequestGenerator {
    /// A row that ends what is to be heard.
    mutating func beacon() -> GeneratedRequest {
        beacons += 1
        var request = GeneratedRequest("POST", "/rest/v1/\(GeneratedModel.beacons)")
        request.caller = .service
        request.body = .text("{\"n\":\(beacons)}")
        request.feed = .hear(beacon: beacons)
        return request
    }

    /// A feed of some of the rows of one model or of several, a third of them wrong somewhere.
    mutating func join() -> GeneratedRequest {
        var request = GeneratedRequest("JOIN", "/realtime/v1/websocket")
        request.caller = dice.pick([.user(0), .user(1), .anonymous])
        request.feed = .join
        var bindings = [binding(["event": "INSERT", "table": GeneratedModel.beacons])]
        for _ in 0...dice.number(0...3) {
            let model = dice.pick(models)
            var words = ["event": dice.pick(["*", "*", "INSERT", "UPDATE", "DELETE"])]
            if dice.chance(90) { words["table"] = model.name }
            if dice.chance(50) { words["filter"] = filter(on: model) }
            bindings.append(binding(words))
        }
        request.body = .text("[" + bindings.joined(separator: ",") + "]")
        return request
    }

    private func binding(_ words: [String: String]) -> String {
        let all = words.merging(["schema": "public"]) { $1 }.sorted { $0.key < $1.key }
        let members = all.map { "\(quoted($0.key)):\(quoted($0.value))" }
        return "{" + members.joined(separator: ",") + "}"
    }

    private mutating func filter(on model: GeneratedModel) -> String {
        let column = dice.pick(model.columns)
        let values = (dice.some(column.values + column.hiddenKeys.all, percent: 30) + [.null])
            .map(\.operand)
        switch dice.number(0...9) {
        case 0...5:
            return "\(column.name)=\(dice.pick(["eq", "neq", "gt", "lte"])).\(values[0])"
        case 6: return "\(column.name)=in.(\(values.joined(separator: ",")))"
        case 7:
            let pattern = dice.pick(["%a%", "*", "É%"])
            return "\(column.name)=\(dice.pick(["like", "ilike"])).\(pattern)"
        case 8: return "\(column.name)=\(dice.pick(["is.null", "not.is.null"]))"
        default: return dice.pick(["nope=eq.1", "secret=eq.left 1", "secret=neq.x", "=", "a=b.c"])
        }
    }
}
