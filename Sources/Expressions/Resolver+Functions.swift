import Database
import Diagnostics
import Schema

// The closed, typed list of functions (design §5).
extension Resolver {
    private static let contextFunctions: [String: (ContextSlot, ColumnType)] = [
        "auth.uid": (.userID, .uuid), "auth.role": (.role, .text), "auth.email": (.email, .text),
        "auth.jwt": (.jwt, .json), "auth.aal": (.aal, .text), "now": (.now, .timestamp),
    ]

    private static let functionNames =
        Array(contextFunctions.keys) + [
            "lower", "upper", "length", "trim", "coalesce", "nullif", "greatest", "least", "abs",
            "round", "starts_with", "gen_random_uuid", "uuidv7", "exists", "can", "changed",
        ]

    func call(_ name: String, _ syntax: [Syntax], at offset: Int, _ scope: Scope) -> Typed {
        let arguments = syntax.map { resolve($0, scope) }
        if let (slot, type) = Self.contextFunctions[name] {
            guard arity(0...0, arguments, name, at: offset, scope) else {
                return .invalid(at: offset)
            }
            guard scope.purpose.allowsContext else {
                return fault(
                    "\(scope.purpose.name) cannot depend on \(name)()", at: offset, scope)
            }
            return Typed(.context(slot), .known(type), at: offset)
        }
        if let rule = catalogue.rules.first(where: { $0.name.lowercased() == name }) {
            return namedRule(rule, arguments, at: offset, scope)
        }
        switch name {
        case "lower": return textFunction(.lower, name, arguments, at: offset, scope)
        case "upper": return textFunction(.upper, name, arguments, at: offset, scope)
        case "trim", "btrim": return textFunction(.trim, name, arguments, at: offset, scope)
        case "length", "char_length":
            let length = textFunction(.length, name, arguments, at: offset, scope)
            return length.isInvalid
                ? length : Typed(length.expression, .known(.integer), at: offset)
        case "starts_with":
            guard arity(2...2, arguments, name, at: offset, scope) else {
                return .invalid(at: offset)
            }
            let texts = arguments.map { settle($0, as: .text, scope).expression }
            return .boolean(.call(.startsWith, texts), at: offset)
        case "coalesce": return choice(.coalesce, name, arguments, at: offset, scope)
        case "greatest": return choice(.greatest, name, arguments, at: offset, scope)
        case "least": return choice(.least, name, arguments, at: offset, scope)
        case "nullif":
            guard arity(2...2, arguments, name, at: offset, scope) else {
                return .invalid(at: offset)
            }
            return choice(.nullIf, name, arguments, at: offset, scope)
        case "abs", "round": return numberFunction(name, arguments, at: offset, scope)
        case "gen_random_uuid": return generator(.randomUUID, name, arguments, at: offset, scope)
        case "uuidv7": return generator(.timeOrderedUUID, name, arguments, at: offset, scope)
        default:
            return fault(
                "unknown function or rule \"\(name)\"", at: offset, scope,
                suggestion: nearest(name, in: Self.functionNames + catalogue.rules.map(\.name)))
        }
    }

    private func arity(
        _ counts: ClosedRange<Int>, _ arguments: [Typed], _ name: String, at offset: Int,
        _ scope: Scope
    ) -> Bool {
        if counts.contains(arguments.count) { return true }
        let wanted =
            counts.lowerBound == 0
            ? "no arguments"
            : counts.lowerBound == 1 ? "1 argument" : "\(counts.lowerBound) arguments"
        report("\(name)() takes \(wanted), not \(arguments.count)", at: offset, scope)
        return false
    }

    private func textFunction(
        _ function: Function, _ name: String, _ arguments: [Typed], at offset: Int, _ scope: Scope
    ) -> Typed {
        guard arity(1...1, arguments, name, at: offset, scope) else { return .invalid(at: offset) }
        let text = settle(arguments[0], as: .text, scope)
        return text.isInvalid
            ? text : Typed(.call(function, [text.expression]), .known(.text), at: offset)
    }

    private func numberFunction(
        _ name: String, _ arguments: [Typed], at offset: Int, _ scope: Scope
    ) -> Typed {
        guard arity(1...1, arguments, name, at: offset, scope) else { return .invalid(at: offset) }
        let number = settleAlone(arguments[0], scope)
        guard case .known(let type) = number.type else { return .invalid(at: offset) }
        guard type.isNumber else {
            return fault("\(name)() takes a number, not \(type.formalName)", at: offset, scope)
        }
        if name == "abs" {
            return Typed(.call(.absolute, [number.expression]), .known(type), at: offset)
        }
        if type == .real {
            return Typed(.call(.roundReal, [number.expression]), .known(.real), at: offset)
        }
        guard case .decimal(_, let scale) = type, scale > 0 else { return number }
        return Typed(
            .call(.roundDecimal(powerOfTen(scale)), [number.expression]), .known(.integer),
            at: offset)
    }

    private func generator(
        _ function: Function, _ name: String, _ arguments: [Typed], at offset: Int, _ scope: Scope
    ) -> Typed {
        guard arity(0...0, arguments, name, at: offset, scope) else { return .invalid(at: offset) }
        guard scope.purpose.allowsGenerators else {
            return fault(
                "\(name)() is new each time and belongs in defaults only", at: offset, scope)
        }
        return Typed(.call(function, []), .known(.uuid), at: offset)
    }

    /// A function whose result is one of its arguments, all of one type.
    private func choice(
        _ function: Function, _ name: String, _ arguments: [Typed], at offset: Int, _ scope: Scope
    ) -> Typed {
        guard !arguments.isEmpty else {
            return fault("\(name)() takes at least 1 argument", at: offset, scope)
        }
        if arguments.contains(where: \.isInvalid) { return .invalid(at: offset) }
        let type = commonType(of: arguments, scope)
        if type == .json, function != .coalesce {
            return fault("json values have no order here", at: offset, scope)
        }
        let values = arguments.map { settle($0, as: type, scope) }
        if values.contains(where: \.isInvalid) { return .invalid(at: offset) }
        let enumeration =
            arguments.allSatisfy { $0.enumeration == arguments[0].enumeration }
            ? arguments[0].enumeration : nil
        return Typed(
            .call(function, values.map(\.expression)), .known(type), enumeration: enumeration,
            at: offset)
    }

    /// The type of the first argument that has one; real wins over exact numbers.
    private func commonType(of arguments: [Typed], _ scope: Scope) -> ColumnType {
        let known = arguments.compactMap { argument -> ColumnType? in
            if case .known(let type) = argument.type { type } else { nil }
        }
        if known.contains(.real), known.allSatisfy(\.isNumber) { return .real }
        if !known.isEmpty, known.allSatisfy({ $0.exactScale == 0 }) { return .integer }
        if let first = known.first { return first }
        let numbers = arguments.compactMap { argument -> String? in
            if case .number(let text) = argument.type { text } else { nil }
        }
        guard !numbers.isEmpty else { return .text }
        return numbers.allSatisfy { Int64($0) != nil } ? .integer : .real
    }
}
