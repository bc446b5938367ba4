import Bytes
import Database
public import Diagnostics
public import Values

extension Column {
    /// Judges a value of the column's type against `enum`, lengths, ranges, pattern and JSON rule.
    /// Null always passes: whether it is allowed is `isNullable`.
    ///
    /// Throws 23514, status 400, naming the check `{table}_{column}_check`; the details say what is
    /// wrong with the value.
    public func check(_ value: Value) throws(Problem) {
        guard let fault = fault(in: value) else { return }
        throw .check(checkName, table: table, details: fault)
    }

    /// What is wrong with the value, or nil.
    private func fault(in value: Value) -> String? {
        if value == .null { return nil }
        if let enumeration, !enumeration.contains(where: { type.isSame($0, value) }) {
            let allowed = enumeration.map { type.text(of: $0) ?? "null" }.joined(separator: ", ")
            return "\(name) must be one of: \(allowed)"
        }
        switch value {
        case .null: return nil
        case .integer, .real: return faultInNumber(value)
        case .blob(let bytes):
            return CountRange(min: constraints.minLength, max: constraints.maxLength)
                .fault(bytes.count, "bytes").map { "\(name) \($0)" }
        case .text(let text):
            return type == .json ? faultInJSON(text) : faultInText(text)
        }
    }

    private func faultInText(_ text: String) -> String? {
        if constraints.minLength != nil || constraints.maxLength != nil {
            let range = CountRange(min: constraints.minLength, max: constraints.maxLength)
            if let fault = range.fault(text.unicodeScalars.count, "characters") {
                return "\(name) \(fault)"
            }
        }
        if let pattern = constraints.pattern, !pattern.matches(text) {
            return "\(name) does not match the pattern \(pattern.source)"
        }
        return nil
    }

    private func faultInNumber(_ value: Value) -> String? {
        func text(_ bound: Value) -> String { type.text(of: bound) ?? "" }
        if let bound = constraints.minimum, value.isLess(than: bound) {
            return "\(name) must be at least \(text(bound))"
        }
        if let bound = constraints.maximum, bound.isLess(than: value) {
            return "\(name) must be at most \(text(bound))"
        }
        if let bound = constraints.exclusiveMinimum, !bound.isLess(than: value) {
            return "\(name) must be larger than \(text(bound))"
        }
        if let bound = constraints.exclusiveMaximum, !value.isLess(than: bound) {
            return "\(name) must be smaller than \(text(bound))"
        }
        if let step = constraints.multipleOf, !value.isMultiple(of: step) {
            return "\(name) must be a multiple of \(text(step))"
        }
        return nil
    }

    private func faultInJSON(_ text: String) -> String? {
        guard let rule = constraints.json else { return nil }
        guard let document = try? JSONDocument(parsing: Array(text.utf8)) else {
            return "\(name) is not JSON"
        }
        return rule.firstFault(in: document.root, path: name)
    }
}

extension Value {
    /// Whether a number is a whole multiple of `step`.
    func isMultiple(of step: Value) -> Bool {
        switch (self, step) {
        case (.integer(let number), .integer(let step)): step != 0 && number % step == 0
        case (.real(let number), .real(let step)): number.isMultiple(of: step)
        default: false
        }
    }
}
