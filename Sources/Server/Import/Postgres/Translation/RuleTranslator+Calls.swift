import Bytes

// Calls: those that the rule language has, and bodies of functions of the source.
extension RuleTranslator {
    /// What the functions of PostgreSQL and Supabase are called here.
    private static let functions = [
        "auth.uid": "auth.uid", "auth.role": "auth.role", "auth.email": "auth.email",
        "auth.jwt": "auth.jwt", "now": "now", "current_timestamp": "now",
        "transaction_timestamp": "now", "lower": "lower", "upper": "upper", "length": "length",
        "char_length": "char_length", "character_length": "char_length", "btrim": "trim",
        "trim": "trim", "starts_with": "starts_with", "coalesce": "coalesce", "nullif": "nullif",
        "greatest": "greatest", "least": "least", "abs": "abs", "round": "round",
        "current_user": "auth.role", "current_role": "auth.role",
    ]

    /// What makes new values.
    private static let generators: Set = [
        "gen_random_uuid", "uuid_generate_v4", "extensions.uuid_generate_v4",
        "extensions.gen_random_uuid", "public.uuid_generate_v4", "public.gen_random_uuid",
    ]

    private static let takesOne: Set = ["btrim", "trim"]

    func call(_ parts: [String], _ list: [SQLNode]) throws(Untranslated) -> RuleText {
        let name = parts.joined(separator: ".")
        if Self.generators.contains(name) {
            guard place == .value else { throw Untranslated("\(name)() is for defaults only") }
            return RuleText("gen_random_uuid()")
        }
        if name == "current_setting" || name == "nullif", let found = setting(name, list) {
            return found
        }
        if place == .value, let found = try generated(name, list) { return found }
        if let ours = Self.functions[name] {
            if seesAll, name.hasPrefix("current_"), name != "current_timestamp" {
                throw Untranslated("\(name) is the owner in a function that runs as its owner")
            }
            if list.contains(where: isFolded) {
                throw Untranslated("\(name)() of citext or char(n) compares otherwise here")
            }
            if ours.hasPrefix("auth."), place == .row {
                throw Untranslated("a check does not ask who the caller is")
            }
            if ours == "now", place == .row { throw Untranslated("a check does not ask the time") }
            guard !Self.takesOne.contains(name) || list.count == 1 else {
                throw Untranslated("\(name)() takes one argument here")
            }
            var other = self
            other.isPositive = false
            var texts: [String] = []
            for node in list { texts.append(try other.say(node).text) }
            return RuleText("\(ours)(\(texts.joined(separator: ", ")))")
        }
        return try inlined(parts, list)
    }

    /// What Supabase's older policies read out of the request's settings.
    private func setting(_ name: String, _ list: [SQLNode]) -> RuleText? {
        if name == "nullif" {
            guard list.count == 2, list[1].constant == "",
                case .call(["current_setting"], let inner) = list[0]
            else { return nil }
            return setting("current_setting", inner)
        }
        guard place != .row, let key = list.first?.constant else { return nil }
        switch key {
        case "request.jwt.claims": return RuleText("auth.jwt()")
        case "request.jwt.claim.sub": return RuleText("auth.jwt() ->> 'sub'", .operation)
        case "request.jwt.claim.role", "role": return RuleText("auth.role()")
        case "request.jwt.claim.email": return RuleText("auth.email()")
        default: return nil
        }
    }

    /// What defaults alone call.
    private func generated(_ name: String, _ list: [SQLNode]) throws(Untranslated) -> RuleText? {
        switch name {
        case "statement_timestamp", "clock_timestamp", "localtimestamp": return RuleText("now()")
        case "timezone":
            // A time without a zone is one of UTC here.
            guard list.count == 2, list[0].constant?.lowercased() == "utc" else { return nil }
            return try say(list[1])
        case "current_date": return RuleText("now()::date", .cast)
        case "uuidv7", "uuid_generate_v7", "extensions.uuid_generate_v7":
            return RuleText("uuidv7()")
        default: return nil
        }
    }

    // MARK: Functions of the source

    /// How deep functions may call one another.
    private static let callsMax = 6

    /// The body of a function in its place.
    private func inlined(_ parts: [String], _ list: [SQLNode]) throws(Untranslated) -> RuleText {
        let name = SourceName(parts, in: "public")
        guard let function = database.functions[name] else {
            throw Untranslated("the rule language has no function \(name)()")
        }
        let mark = "\(name)()"
        if let excess = function.excess { throw Untranslated("the function \(mark) \(excess)") }
        guard function.parameters.count == list.count else {
            throw Untranslated("the function \(mark) is called with less than it takes")
        }
        if function.runsAsOwner, database.tables.contains(where: \.isForced) {
            throw Untranslated("the function \(mark) runs as an owner whom policies may bind")
        }
        guard !open.contains(mark), open.count < Self.callsMax else {
            throw Untranslated("the function \(name)() calls itself")
        }
        guard let body = function.expression else {
            throw Untranslated("the body of the function \(name)() is more than one expression")
        }
        for node in list {
            // Names in it must not be taken for those of the body.
            if case .query(let query) = node, !query.sources.isEmpty {
                throw Untranslated("the function \(name)() is given a query")
            }
        }
        if let name = body.columnNamed(asOneOf: function.parameters, in: database) {
            throw Untranslated(
                "\(name) is a parameter of the function \(mark) and a column that it reads")
        }
        var other = self
        other.open.append(mark)
        other.seesAll = seesAll || function.runsAsOwner
        var values: [SQLNode] = []
        for node in list { values.append(try qualified(node)) }
        return try other.say(function.bound(body, to: values))
    }

    /// The same with each column that it names by its row, so that it means the same inside of a
    /// query that has such a column, too.
    private func qualified(_ node: SQLNode) throws(Untranslated) -> SQLNode {
        node.replacing { part in
            guard case .name(let parts) = part, let found = find(parts) else {
                return nil
            }
            return .name([Self.mark + found.row.name, found.column.name])
        }
    }
}

extension SQLNode {
    /// The text of a constant, whatever it is cast to.
    var constant: String? {
        if case .text(let text) = self { return text }
        if case .cast(let inner, _) = self { return inner.constant }
        return nil
    }
}

extension SQLNode {
    /// The tables that it reads itself.
    private var read: [SQLQuery.Source] {
        if case .exists(let query) = self { return query.sources }
        if case .query(let query) = self { return query.sources }
        if case .inQuery(_, let query) = self { return query.sources }
        return []
    }

    /// A parameter whose bare name may be taken for a column of a table that is read; nil for none.
    fileprivate func columnNamed(
        asOneOf parameters: [String?], in database: SourceDatabase
    ) -> String? {
        var (bare, read) = (Set<String>(), Set<String>())
        func look(_ node: SQLNode) {
            _ = node.replacing { part in
                if case .name(let parts) = part, parts.count == 1 { bare.insert(parts[0]) }
                for source in part.read {
                    let table = database.table(SourceName(source.table, in: "public"))
                    read.formUnion(table?.columns.map(\.name) ?? [])
                }
                return nil
            }
        }
        look(self)
        return parameters.compactMap(\.self).first { bare.contains($0) && read.contains($0) }
    }
}

extension SourceFunction {
    /// The one expression that its body is; nil for any other body.
    var expression: SQLNode? {
        guard language == "sql" || language == "plpgsql" else { return nil }
        guard var cursor = try? TokenCursor(Array(body.utf8)) else { return nil }
        let isProgram = language == "plpgsql"
        if isProgram { guard cursor.accept("begin"), cursor.accept("return") else { return nil } }
        let found: SQLNode?
        if isProgram {
            found = try? cursor.expression()
        } else {
            found = (try? cursor.query()).map { SQLNode.query($0) }
        }
        _ = cursor.accept(symbol: ";")
        if isProgram {
            _ = cursor.accept("end")
            _ = cursor.accept(symbol: ";")
        }
        return cursor.current.kind == .end ? found : nil
    }

    /// An expression of its body with values in the place of parameters.
    func bound(_ body: SQLNode, to values: [SQLNode]) -> SQLNode {
        body.replacing { node in
            if case .parameter(let number) = node {
                return number >= 1 && number <= values.count ? values[number - 1] : nil
            }
            // As `name` or as `function.name`.
            guard case .name(let parts) = node,
                parts.count == 1 || parts.count == 2 && parts[0] == name.name,
                let place = parameters.firstIndex(where: { $0 == parts.last }),
                place < values.count
            else { return nil }
            return values[place]
        }
    }
}
