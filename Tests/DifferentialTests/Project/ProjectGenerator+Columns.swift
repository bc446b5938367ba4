extension ProjectGenerator {
    private static let names: [ColumnKind: [String]] = [
        .text: ["title", "camelCase", "order", "status"], .uuid: ["token"], .timestamp: ["made"],
        .date: ["day"], .time: ["hour"], .decimal: ["price"], .integer: ["amount"],
        .int32: ["rank"], .number: ["score"], .boolean: ["flag"], .object: ["data"],
        .array: ["tags"], .any: ["extra"], .bytes: ["blob"],
    ]

    /// A column of a kind, with constraints and defaults of all sorts.
    mutating func column(_ kind: ColumnKind, _ index: Int) -> GeneratedColumn {
        var column = GeneratedColumn(dice.pick(Self.names[kind] ?? ["c\(index)"]), kind)
        column.isRequired = dice.chance(40)
        if dice.chance(25) { constrain(&column) }
        addDefault(to: &column)
        return column
    }

    private mutating func addDefault(to column: inout GeneratedColumn) {
        let chance = column.isRequired ? 60 : 30
        guard dice.chance(chance) else { return }
        switch column.kind {
        case .timestamp where !hidesRows && dice.chance(60):
            column.words.append(("default", "{\"$expr\": \"now()\"}"))
            column.isServerMade = true
            if dice.chance(40) { column.words.append(("onUpdate", "{\"$expr\": \"now()\"}")) }
        case .uuid where !hidesRows && dice.chance(50):
            column.words.append(("default", "{\"$expr\": \"gen_random_uuid()\"}"))
            column.isServerMade = true
        case .text where dice.chance(30) && !column.has("enum") && column.words.isEmpty:
            column.words.append(("default", "{\"$expr\": \"auth.role()\"}"))
            if dice.chance(30) { column.words.append(("onUpdate", "{\"$expr\": \"auth.role()\"}")) }
        default:
            guard let value = defaultValue(of: column) else { return }
            column.words.append(("default", value.json))
        }
        if dice.chance(20) { column.words.append(("readOnly", "true")) }
    }

    /// A constant that its own constraints let in; a model file writes constants as their type.
    private mutating func defaultValue(of column: GeneratedColumn) -> Datum? {
        let isQuoted = !column.kind.isNumber && column.kind != .boolean
        let plain = column.values.filter { value in
            if column.kind == .text { return value.json.hasPrefix("\"") }
            return isQuoted || !value.json.hasPrefix("\"")
        }
        return dice.pickIfAny(plain)
    }

    /// Bounds and enumerations; values are sorted into those that keep them and those that do not.
    private mutating func constrain(_ column: inout GeneratedColumn) {
        switch column.kind {
        case .text: constrainText(&column)
        case .integer, .int32:
            let bounds: [(word: ModelWord, keeps: (Int) -> Bool)] = [
                (("minimum", "1"), { $0 >= 1 }), (("maximum", "3"), { $0 <= 3 }),
                (("exclusiveMinimum", "0"), { $0 > 0 }), (("multipleOf", "2"), { $0 % 2 == 0 }),
                (("enum", "[1, 2, 3]"), { $0 >= 1 && $0 <= 3 }),
            ]
            let bound = dice.pick(bounds)
            column.words.append(bound.word)
            sort(&column) { Int($0.operand.filter { $0 != " " }).map(bound.keeps) ?? false }
        case .decimal, .number:
            column.words.append(("minimum", "0"))
            sort(&column) { Double($0.operand).map { $0 >= 0 } ?? false }
        case .array:
            column.words.append(
                dice.pick([
                    ("items", "{\"type\": \"string\"}"), ("maxItems", "1"), ("uniqueItems", "true"),
                ]))
            let word = column.words[0].name
            let kept: Set =
                [
                    "items": ["[]", #"["a","b"]"#, #"["a","a"]"#], "maxItems": ["[]", "[1]"],
                    "uniqueItems": ["[]", "[1]", #"["a","b"]"#, "[1,null,[2]]"],
                ][word].map(Set.init) ?? []
            sort(&column) { kept.contains($0.json) }
        case .object:
            column.words.append(
                dice.pick([
                    ("required", "[\"a\"]"), ("maxProperties", "1"),
                    ("properties", "{\"a\": {\"type\": [\"integer\", \"null\"]}}"),
                ]))
            let word = column.words[0].name
            let kept: Set =
                [
                    "required": column.values.map(\.json).filter { $0 != "{}" },
                    "maxProperties": ["{}", #"{"a":1}"#, #"{"a":null}"#],
                    "properties": ["{}", #"{"a":1}"#, #"{"a":null}"#, #"{"z":1,"a":1e2}"#],
                ][word].map(Set.init) ?? []
            sort(&column) { kept.contains($0.json) }
        case .uuid, .timestamp, .date, .time, .boolean, .any, .bytes: break
        }
    }

    private mutating func constrainText(_ column: inout GeneratedColumn) {
        switch dice.number(0...3) {
        case 0:
            column.words.append(("enum", #"["a", "b", "Ab"]"#))
            sort(&column) { ["a", "b", "Ab"].contains($0.operand) }
        case 1:
            column.words.append(("maxLength", "5"))
            sort(&column) { $0.operand.unicodeScalars.count <= 5 }
        case 2:
            column.words.append(("minLength", "1"))
            sort(&column) { !$0.operand.isEmpty }
        default:
            column.words.append(("pattern", quoted("^[a-z]")))
            sort(&column) { $0.operand.utf8.first.map { (0x61...0x7A).contains($0) } ?? false }
        }
    }

    private func sort(_ column: inout GeneratedColumn, _ isKept: (Datum) -> Bool) {
        column.badValues += column.values.filter { !isKept($0) }
        column.values = column.values.filter(isKept)
    }
}
