import Diagnostics
import Schema
import Store
import Values

// Calls: of the functions that tell about the caller, of named rules, and of the closed list of
// functions (design §5).
extension Resolver {
    static let contextFunctions: [String: (ContextSlot, ColumnType)] = [
        "auth.uid": (.userID, .uuid), "auth.role": (.role, .text), "auth.email": (.email, .text),
        "auth.jwt": (.jwt, .json), "auth.aal": (.aal, .text), "now": (.now, .timestamp),
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
        let candidates = Function.spelled(name)
        guard let function = candidates.first else { return noFunction(name, at: offset, scope) }
        if !function.isDeterministic, !scope.purpose.allowsGenerators {
            return fault(
                "\(name)() is new each time and belongs in defaults only", at: offset, scope)
        }
        switch function.parameters {
        case .types(let types):
            return call(function, types, name, arguments, at: offset, scope)
        case .number:
            if name == "round", arguments.count == 2 {
                return round(arguments[0], to: arguments[1], at: offset, scope)
            }
            return number(candidates, name, arguments, at: offset, scope)
        case .alike(let counts, let isOrdered):
            guard arity(counts, arguments, name, at: offset, scope) else {
                return .invalid(at: offset)
            }
            return choice(function, isOrdered: isOrdered, arguments, at: offset, scope)
        case .member, .cases: return .invalid(at: offset)
        }
    }

    /// What is called has no meaning, unless it is a rule that could not be read.
    private func noFunction(_ name: String, at offset: Int, _ scope: Scope) -> Typed {
        if unknown.hasRules { return .invalid(at: offset) }
        let names =
            Array(Self.contextFunctions.keys) + Function.spellings
            + ["exists", "can", "changed"] + catalogue.rules.map(\.name)
        return fault(
            "unknown function or rule \"\(name)\"", at: offset, scope,
            suggestion: nearest(name, in: names))
    }

    private func arity(
        _ counts: ClosedRange<Int>, _ arguments: [Typed], _ name: String, at offset: Int,
        _ scope: Scope
    ) -> Bool {
        if counts.contains(arguments.count) { return true }
        let least = counts.lowerBound
        let word = least == 1 ? "argument" : "arguments"
        let wanted =
            counts.upperBound > least
            ? "at least \(least) \(word)" : least == 0 ? "no arguments" : "\(least) \(word)"
        report("\(name)() takes \(wanted), not \(arguments.count)", at: offset, scope)
        return false
    }

    /// A call of a function whose operands have types of their own.
    private func call(
        _ function: Function, _ types: [ColumnType], _ name: String, _ arguments: [Typed],
        at offset: Int, _ scope: Scope
    ) -> Typed {
        guard arity(types.count...types.count, arguments, name, at: offset, scope) else {
            return .invalid(at: offset)
        }
        let operands = zip(arguments, types).map { settle($0, as: $1, scope) }
        if operands.contains(where: \.isInvalid) { return .invalid(at: offset) }
        return Typed(calling: function, operands, at: offset)
    }

    /// A call of the one of `candidates` that takes the kind of number given.
    private func number(
        _ candidates: [Function], _ name: String, _ arguments: [Typed], at offset: Int,
        _ scope: Scope
    ) -> Typed {
        guard arity(1...1, arguments, name, at: offset, scope) else { return .invalid(at: offset) }
        let number = settleAlone(arguments[0], scope)
        guard case .known(let type) = number.type else { return .invalid(at: offset) }
        guard let function = candidates.first(where: { $0.parameters.takes(type) }) else {
            return fault("\(name)() takes a number, not \(type.formalName)", at: offset, scope)
        }
        return Typed(calling: function, [number], at: offset)
    }

    /// A call of a function whose operands are all of one type, which is its result's.
    private func choice(
        _ function: Function, isOrdered: Bool, _ arguments: [Typed], at offset: Int, _ scope: Scope
    ) -> Typed {
        if arguments.contains(where: \.isInvalid) { return .invalid(at: offset) }
        let type = commonType(of: arguments)
        if type == .json, isOrdered {
            return fault("json values have no order here", at: offset, scope)
        }
        let values = arguments.map { settle($0, as: type, scope) }
        if values.contains(where: \.isInvalid) { return .invalid(at: offset) }
        var chosen = Typed(calling: function, values, at: offset)
        if arguments.allSatisfy({ $0.enumeration == arguments[0].enumeration }) {
            chosen.enumeration = arguments[0].enumeration
        }
        return chosen
    }

    /// The type of the first argument that has one; real wins over exact numbers.
    func commonType(of arguments: [Typed]) -> ColumnType {
        let known = arguments.compactMap { argument -> ColumnType? in
            if case .known(let type) = argument.type { type } else { nil }
        }
        if known.contains(.real), known.allSatisfy(\.isNumber) { return .real }
        if !known.isEmpty, known.allSatisfy({ $0.exactScale == 0 }) { return .integer }
        let scales = known.compactMap(\.exactScale)
        if scales.count == known.count, let most = scales.max(), Set(scales).count > 1 {
            return .exact(scale: most)
        }
        if let first = known.first { return first }
        let numbers = arguments.compactMap { argument -> String? in
            if case .number(let text) = argument.type { text } else { nil }
        }
        guard !numbers.isEmpty else { return .text }
        return numbers.allSatisfy { Int64($0) != nil } ? .integer : .real
    }
}

extension Typed {
    /// A call of `function` with operands that it takes.
    init(calling function: Function, _ operands: [Typed], at offset: Int) {
        let type: StaticType =
            switch function.result {
            case .type(let type): .known(type)
            case .same: operands[0].type
            case .last: operands[operands.count - 1].type
            }
        self.init(.call(function, operands.map(\.expression)), type, at: offset)
    }
}
