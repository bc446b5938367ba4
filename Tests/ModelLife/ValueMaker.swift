/// Makes values up, some of which are others' as well, and rows that models allow.
struct ValueMaker {
    var dice: Dice

    mutating func cell(_ kind: Kind) -> Cell {
        let number = dice.number(0...60)
        switch kind {
        case .text: return .text(text())
        case .uuid: return .text(Self.uuid(number))
        case .timestamp:
            let time = dice.pick(["00:00:00", "10:15:00", "10:15:00.5", "23:59:59.999999"])
            return .text("\(Self.day(number))T\(time ?? "")+00:00")
        case .date: return .text(Self.day(number))
        case .time: return .text("10:\(number % 50 + 10):00" + (dice.chance(30) ? ".25" : ""))
        case .integer:
            let large: [Int64] = [9_007_199_254_740_993, 5_000_000_000, -2_147_483_649]
            return .integer(dice.chance(10) ? dice.pick(large) ?? 0 : Int64(number - 10))
        case .integer32: return .integer(Int64(number * 3 - 20))
        case .real: return .real(Double(number - 20) * (dice.chance(50) ? 0.25 : 1))
        case .boolean: return .integer(Int64(number % 2))
        case .bytes: return .bytes((0..<dice.number(0...6)).map { UInt8(($0 * 77 + number) % 256) })
        case .decimal(let precision, let scale):
            let unit = (0..<scale).reduce(Int64(1)) { unit, _ in unit * 10 }
            let part = dice.chance(50) ? 0 : Int64(number) % unit
            return .integer(precision > scale ? Int64(number - 20) * unit + part : part)
        case .json(let shape): return .text(json(shape, number))
        }
    }

    private static func uuid(_ number: Int) -> String {
        "00000000-0000-4000-8000-0000000000\(number < 10 ? "0" : "")\(number)"
    }

    private static func day(_ number: Int) -> String { "2026-11-\(number % 20 + 10)" }

    private mutating func text() -> String {
        let number = dice.number(0...40)
        let words = [
            "x", "it's", "ü", "", "7", "12", "-3", "3.5", "1.50", "true", "false", "yes",
            Self.day(number), Self.uuid(number), "a\"b\\c", "select", "two words", "{}", "[1]",
            "a rather long text of many letters", "NULL", "line\nbreak", "%_", "ａ𝕏",
        ]
        return dice.chance(50) ? "t\(number)" : dice.pick(words) ?? ""
    }

    private mutating func json(_ shape: String?, _ number: Int) -> String {
        let objects = ["{}", "{\"a\":\(number)}", "{\"a\":\"it's\",\"b\":[true,null]}"]
        let arrays = ["[]", "[\(number)]", "[\"x\",{\"a\":1}]"]
        let others = ["\(number)", "\"x\(number)\"", "\"7\"", "true", "\"\(Self.day(number))\""]
        switch shape {
        case "object": return dice.pick(objects) ?? ""
        case "array": return dice.pick(arrays) ?? ""
        default: return dice.pick(objects + arrays + others + others) ?? ""
        }
    }

    // MARK: Rows

    /// A row that a model allows beside those that are there; nil where none comes to mind.
    mutating func row(of model: LifeModel, in oracle: Oracle) -> Oracle.Row? {
        for _ in 0..<12 {
            var row: Oracle.Row = [:]
            for column in model.columns { row[column.id] = value(of: column, model, oracle) }
            row = model.computing(row)
            var next = oracle
            next.rows[model.id, default: []].append(row)
            if next.fault == nil { return row }
        }
        return nil
    }

    private mutating func value(
        of column: LifeModel.Column, _ model: LifeModel, _ oracle: Oracle
    ) -> Cell {
        if !model.isRequired(column), dice.chance(25) { return .null }
        if let reference = column.reference {
            let targets = (oracle.rows[reference.model] ?? []).compactMap { $0[reference.column] }
            return dice.pick(targets) ?? .null
        }
        if let choices = column.choices { return dice.pick(choices) ?? .null }
        for _ in 0..<6 {
            let cell = cell(column.kind)
            var alone = Oracle(models: [model], freshCount: 0)
            alone.rows[model.id] = [[column.id: cell]]
            if alone.keeps(cell, column, model) { return cell }
        }
        return cell(column.kind)
    }
}

extension Oracle {
    /// Whether a value keeps what its column asks by itself.
    func keeps(_ cell: Cell, _ column: LifeModel.Column, _ model: LifeModel) -> Bool {
        var single = model
        single.columns = [column]
        single.key = []
        single.uniques = []
        single.checks = model.checks.filter { $0.column == column.id }
        return Oracle(models: [single], rows: [model.id: [[column.id: cell]]]).fault == nil
    }

    private init(models: [LifeModel], rows: [Int: [Row]]) {
        self.init(models: models, freshCount: 0)
        self.rows = rows
    }
}
