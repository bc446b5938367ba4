import Bytes
public import Diagnostics
import Store
public import Values

extension Column {
    /// Judges a value of the column's type against `enum`, lengths, ranges, pattern and JSON rule.
    /// Null always passes: whether it is allowed is `isNullable`.
    ///
    /// - Throws: 23514, status 400, naming the check `{table}_{column}_check`; the details say what
    ///   is wrong with the value.
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
        if let jsonRule, case .text(let json) = value { return fault(inJSON: json, jsonRule) }
        return bounds.fault(in: value, of: type).map { "\(name) \($0)" }
    }

    private func fault(inJSON text: String, _ rule: JSONRule) -> String? {
        guard let document = try? JSONDocument(parsing: Array(text.utf8)) else {
            return "\(name) is not JSON"
        }
        return rule.firstFault(in: document.root, path: name)
    }
}
