import Diagnostics
import Query
import Schema
import Store
import Values

// Types of operands: literals take the type of the other side, numbers of different scales are
// brought together, and anything else must have one type.
extension Resolver {
    /// The condition that a boolean operand states.
    func truth(_ operand: Typed, _ scope: Scope) -> Expression {
        settle(operand, as: .boolean, scope).expression
    }

    // MARK: Literals

    /// The operand as a value of `type`: literals are converted, others must have it.
    func settle(_ operand: Typed, as type: ColumnType, _ scope: Scope) -> Typed {
        switch operand.type {
        case .invalid: return operand
        case .null: return Typed(.null, .known(type), at: operand.offset)
        case .text(let text): return literal(text, as: type, at: operand.offset, scope)
        case .number(let text):
            guard type.isNumber else { break }
            return literal(text, as: type, at: operand.offset, scope)
        case .known(let known):
            if known == type || Set([known, type]) == [.integer, .integer32] {
                return Typed(operand.expression, .known(type), at: operand.offset)
            }
            if type == .real, let scale = known.exactScale {
                return Typed(calling: .real(scale), [operand], at: operand.offset)
            }
            if let scale = known.exactScale, let wanted = type.exactScale, scale <= wanted {
                var finer = finer(operand, by: wanted - scale)
                finer.type = .known(type)
                return finer
            }
        }
        return fault(
            "\(type.formalName) expected, but this is \(operand.typeName)", at: operand.offset,
            scope)
    }

    /// The operand with a type of its own: a literal alone is text, or the smallest kind of number.
    func settleAlone(_ operand: Typed, _ scope: Scope) -> Typed {
        switch operand.type {
        case .known, .invalid: operand
        case .null, .text: settle(operand, as: .text, scope)
        case .number(let text):
            settle(operand, as: Int64(text) == nil ? .real : .integer, scope)
        }
    }

    private func literal(
        _ text: String, as type: ColumnType, at offset: Int, _ scope: Scope
    ) -> Typed {
        do throws(Problem) {
            return Typed(.constant(try type.parse(text)), .known(type), at: offset)
        } catch {
            return fault(error.message, at: offset, scope)
        }
    }

    // MARK: Comparisons

    func compare(
        _ comparison: Comparison, _ left: Typed, _ right: Typed, at offset: Int, _ scope: Scope
    ) -> Typed {
        if left.isLiteral, !right.isLiteral {
            return compare(comparison.flipped, right, left, at: offset, scope)
        }
        guard let (left, right) = agree(left, right, comparison.sql, at: offset, scope) else {
            return .invalid(at: offset)
        }
        if comparison.isOrdering, left.type == .known(.json) {
            return fault(
                "json values have no order here: compare a text with ->>", at: offset, scope)
        }
        return .boolean(.comparing(comparison, left, right), at: offset)
    }

    func distinct(_ left: Typed, _ right: Typed, at offset: Int, _ scope: Scope) -> Typed {
        if left.isLiteral, !right.isLiteral { return distinct(right, left, at: offset, scope) }
        if right.type == .null {
            return .boolean(.negation(.isNull(settleAlone(left, scope).expression)), at: offset)
        }
        guard let (left, right) = agree(left, right, "is distinct from", at: offset, scope) else {
            return .invalid(at: offset)
        }
        guard left.scale == right.scale else {
            let bothNull = Expression.conjunction([
                .isNull(left.expression), .isNull(right.expression),
            ])
            let equal = Expression.negation(
                .distinct(.comparing(.equal, left, right), .yes))
            return .boolean(.negation(.disjunction([equal, bothNull])), at: offset)
        }
        return .boolean(.distinct(left.expression, right.expression), at: offset)
    }

    func membership(_ operand: Typed, _ list: [Syntax], at offset: Int, _ scope: Scope) -> Typed {
        let items = list.map { resolve($0, scope) }
        var pairs: [(Typed, Typed)] = []
        for item in items {
            guard let pair = agree(operand, item, "in", at: offset, scope) else { continue }
            pairs.append(pair)
        }
        guard let first = pairs.first?.0, pairs.count == list.count else {
            return .invalid(at: offset)
        }
        let isUniform = pairs.allSatisfy {
            $0.expression == first.expression && $0.scale == $1.scale
        }
        if isUniform {
            return .boolean(.membership(first.expression, pairs.map(\.1.expression)), at: offset)
        }
        return .boolean(.disjunction(pairs.map { .comparing(.equal, $0, $1) }), at: offset)
    }

    func like(
        _ operand: Typed, _ pattern: Typed, _ ignoresCase: Bool, at offset: Int, _ scope: Scope
    ) -> Typed {
        if case .text(let text) = pattern.type {
            do throws(Problem) {
                _ = try LikePattern(text, ignoresCase: ignoresCase)
            } catch {
                return fault(error.message, at: pattern.offset, scope)
            }
        }
        let sides = [operand, pattern].map { settle($0, as: .text, scope).expression }
        return .boolean(
            .like(sides[0], pattern: sides[1], ignoresCase: ignoresCase), at: offset)
    }

    /// Both operands ready to be compared, or nil after reporting why they cannot be.
    private func agree(
        _ left: Typed, _ right: Typed, _ operation: String, at offset: Int, _ scope: Scope
    ) -> (Typed, Typed)? {
        agreeOnType(left, right, operation, at: offset, scope).map { ($0.comparand, $1.comparand) }
    }

    private func agreeOnType(
        _ left: Typed, _ right: Typed, _ operation: String, at offset: Int, _ scope: Scope
    ) -> (Typed, Typed)? {
        if left.isInvalid || right.isInvalid { return nil }
        if right.type == .null || left.type == .null {
            report(
                "\(operation) null is never true: write \"is null\" or \"is not null\"",
                at: right.offset, scope)
            return nil
        }
        switch (left.type, right.type) {
        case (.known(let type), .text), (.known(let type), .number):
            guard let right = comparand(right, for: type, left.enumeration, scope) else {
                return nil
            }
            return (left, right)
        case (.text, .known(let type)), (.number, .known(let type)):
            guard let left = comparand(left, for: type, right.enumeration, scope) else {
                return nil
            }
            return (left, right)
        case (.known(let a), .known(let b)):
            if a == b || (a.isNumber && b.isNumber) { return reconcile(left, right) }
            report(
                "cannot compare \(a.formalName) with \(b.formalName)\(castHint(a, b))", at: offset,
                scope)
            return nil
        case (.number, .number):
            return (settle(left, as: .real, scope), settle(right, as: .real, scope))
        case (.text, .text), (.text, .number), (.number, .text), (.null, _), (_, .null),
            (.invalid, _), (_, .invalid):
            return (settle(left, as: .text, scope), settle(right, as: .text, scope))
        }
    }

    private func castHint(_ a: ColumnType, _ b: ColumnType) -> String {
        let types = Set([a, b])
        if types == [.text, .uuid] { return ": cast one of them, such as …::uuid" }
        if types.contains(.json) { return ": ->> reads a json value as text" }
        if types == [.date, .timestamp] { return ": cast one of them, such as …::date" }
        return ""
    }

    /// A literal to compare a value of `type` with. Numbers are not rounded to the type's scale.
    private func comparand(
        _ literal: Typed, for type: ColumnType, _ enumeration: [Value]?, _ scope: Scope
    ) -> Typed? {
        let text: String
        switch literal.type {
        case .text(let content): text = content
        case .number(let digits):
            guard type.isNumber else {
                let hint = type == .text ? ": write '\(digits)'" : ""
                report(
                    "cannot compare \(type.formalName) with a number\(hint)", at: literal.offset,
                    scope)
                return nil
            }
            if type.exactScale == 0, Int64(digits) == nil, let real = Double(digits) {
                return Typed(.constant(.real(real)), .known(type), at: literal.offset)
            }
            text = digits
        case .known, .null, .invalid: return nil
        }
        do throws(Problem) {
            // A 32-bit column may well be compared with a larger number.
            let wide = type == .integer32 ? ColumnType.integer : type
            let value = try wide.parse(comparand: text)
            if let enumeration, !enumeration.contains(where: { type.isSame($0, value) }) {
                let known = enumeration.compactMap {
                    if case .text(let text) = $0 { text } else { nil }
                }
                report(
                    "the column never holds '\(text)'"
                        + (known.isEmpty ? "" : ": it is one of \(known.joined(separator: ", "))"),
                    at: literal.offset, scope, suggestion: nearest(text, in: known))
                return nil
            }
            return Typed(.constant(value), .known(type), at: literal.offset)
        } catch {
            report(error.message, at: literal.offset, scope)
            return nil
        }
    }

    /// Two numbers, of which a real turns the other into one (PostgreSQL's preferred type).
    private func reconcile(_ left: Typed, _ right: Typed) -> (Typed, Typed) {
        (left.madeReal(if: right), right.madeReal(if: left))
    }

    // MARK: JSON and casts

    func member(
        _ container: Syntax, _ key: Syntax, asText: Bool, at offset: Int, _ scope: Scope
    ) -> Typed {
        let container = resolve(container, scope)
        let key = resolve(key, scope)
        if container.isInvalid || key.isInvalid { return .invalid(at: offset) }
        guard container.type == .known(.json) else {
            return fault(
                "\(asText ? "->>" : "->") reads json, but this is \(container.typeName)",
                at: container.offset, scope)
        }
        let step: Typed
        switch key.type {
        case .number(let text):
            step = settle(key, as: Int64(text) == nil ? .text : .integer, scope)
        case .known(let type):
            step = type.exactScale == 0 ? key : settle(key, as: .text, scope)
        case .text, .null, .invalid: step = settle(key, as: .text, scope)
        }
        return Typed(
            calling: asText ? .jsonMemberText : .jsonMember, [container, step], at: offset)
    }

    func cast(_ operand: Typed, to name: String, at offset: Int, _ scope: Scope) -> Typed {
        guard let type = ColumnType(castName: name) else {
            if name == "numeric" || name == "decimal" {
                return castToNumeric(operand, at: offset, scope)
            }
            return fault(
                "unknown type \"\(name)\"", at: offset, scope,
                suggestion: nearest(name, in: ColumnType.families.flatMap(\.traits.castNames)))
        }
        guard case .known(let from) = operand.type, from != type else {
            var settled = settle(operand, as: type, scope)
            settled.enumeration = operand.enumeration
            return settled
        }
        if from.exactScale == 0, type.exactScale == 0 { return settle(operand, as: type, scope) }
        if from.isNumber, type == .real { return settle(operand, as: type, scope) }
        guard let function = Function.cast(from, to: type) else {
            return fault(
                "\(from.formalName) cannot be cast to \(type.formalName) in rules", at: offset,
                scope)
        }
        return Typed(calling: function, [operand], at: offset)
    }

    private func castToNumeric(_ operand: Typed, at offset: Int, _ scope: Scope) -> Typed {
        switch operand.type {
        case .text(let text): return Typed(.null, .number(text), at: offset)
        case .number, .null, .invalid: return operand
        case .known(let type) where type.exactScale != nil: return operand
        case .known(let type):
            return fault("\(type.formalName) cannot be cast to numeric in rules", at: offset, scope)
        }
    }

    /// The value for a column: the conversions that PostgreSQL makes when it assigns.
    func assign(_ value: Typed, to column: Column, _ scope: Scope) -> Typed {
        guard case .known(let type) = value.type, type != column.type else {
            let settled = settle(value, as: column.type, scope)
            guard let allowed = column.enumeration,
                case .constant(let constant) = settled.expression,
                !settled.isInvalid, constant != .null,
                !allowed.contains(where: { column.type.isSame($0, constant) })
            else { return settled }
            return fault("\(column.name) never holds this value", at: value.offset, scope)
        }
        if type.exactScale == 0, let scale = column.type.exactScale, scale > 0 {
            return fault(
                "\(column.type.formalName) expected, but this is \(type.formalName)",
                at: value.offset, scope)
        }
        if column.type == .json, type == .text {
            return fault("json expected, but this is text", at: value.offset, scope)
        }
        return cast(value, to: column.type.formalName, at: value.offset, scope)
    }
}

extension Typed {
    /// The power of ten by which the number is scaled, 0 for everything else.
    var scale: Int {
        if case .known(let type) = type { type.exactScale ?? 0 } else { 0 }
    }

    /// What is compared for it: a json value by its key.
    fileprivate var comparand: Typed {
        guard type == .known(.json) else { return self }
        return Typed(expression.jsonKey, type, at: offset)
    }

    /// Itself, or its real value when `other` is real and it is not.
    fileprivate func madeReal(if other: Typed) -> Typed {
        guard other.type == .known(.real), case .known(let type) = type, type != .real else {
            return self
        }
        return Typed(calling: .real(type.exactScale ?? 0), [self], at: offset)
    }
}

extension Expression {
    /// Compares two operands of agreed types. Where their scales differ, the finer one is brought
    /// down by whole division, rounded to the side that keeps the comparison exact: multiplying the
    /// coarser one up could overflow.
    static func comparing(_ comparison: Comparison, _ left: Typed, _ right: Typed) -> Expression {
        if left.scale == right.scale {
            return .comparison(comparison, left.expression, right.expression)
        }
        if left.scale > right.scale { return comparing(comparison.flipped, right, left) }
        let coarse = left.expression
        let floor = Expression.call(.floor(right.scale - left.scale), [right.expression])
        let ceiling = Expression.call(.ceiling(right.scale - left.scale), [right.expression])
        switch comparison {
        case .less: return .comparison(.less, coarse, ceiling)
        case .lessOrEqual: return .comparison(.lessOrEqual, coarse, floor)
        case .greater: return .comparison(.greater, coarse, floor)
        case .greaterOrEqual: return .comparison(.greaterOrEqual, coarse, ceiling)
        case .equal:
            return .all([
                .comparison(.equal, coarse, floor), .comparison(.equal, coarse, ceiling),
            ])
        case .notEqual: return negation(comparing(.equal, left, right))
        }
    }
}
