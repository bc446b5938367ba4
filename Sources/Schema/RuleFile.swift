import Bytes
import Diagnostics
import Store
public import Values

/// Reads `rules.json`: named rules, `{"team_member(team uuid)": "exists(…)"}`.
struct RuleFile {
    private let reader: FileReader

    static func read(_ file: SourceFile, report: Report) -> [NamedRule] {
        RuleFile(reader: FileReader(file: file, report: report)).read()
    }

    private func read() -> [NamedRule] {
        guard let root = reader.parse() else { return [] }
        guard root.kind == .object else {
            reader.fault("rules.json must hold an object of rules by name", at: root)
            return []
        }
        var rules: [NamedRule] = []
        for member in reader.members(of: root) where member.name != "$schema" {
            guard member.value.kind == .string else {
                reader.fault("a rule must be an expression (a string)", at: member.value)
                continue
            }
            guard let rule = rule(member) else { continue }
            if rules.contains(where: { $0.name == rule.name }) {
                reader.fault("the rule \"\(rule.name)\" is declared twice", at: member.key)
            } else {
                rules.append(rule)
            }
        }
        return rules
    }

    /// Reads `name`, or `name(parameter type, …)`, where each type may be left out.
    private func rule(_ member: FileReader.Member) -> NamedRule? {
        let location = reader.file.location(member.key.offset)
        let head = member.name.split(separator: "(", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(head[0]).trimmingSpaces
        guard reader.isPlain(name: name, "the rule's name", at: location) else { return nil }
        var parameters: [String] = []
        var types: [ColumnType?] = []
        if head.count == 2 {
            guard head[1].last == ")" else {
                reader.fault(
                    "the parameters of \"\(name)\" need a closing parenthesis", at: member.key)
                return nil
            }
            let list = String(head[1].dropLast()).trimmingSpaces
            for part in list.isEmpty
                ? [] : list.split(separator: ",", omittingEmptySubsequences: false)
            {
                let text = String(part).trimmingSpaces
                guard let (parameter, type) = self.parameter(text, member.key) else {
                    return nil
                }
                if parameters.contains(parameter) {
                    reader.fault("the parameter \"\(parameter)\" stands here twice", at: member.key)
                    return nil
                }
                parameters.append(parameter)
                types.append(type)
            }
        }
        return NamedRule(
            name: name, parameters: parameters, parameterTypes: types,
            body: reader.file.expression(member.value), location: location)
    }

    private func parameter(_ text: String, _ key: JSONValue) -> (String, ColumnType?)? {
        let words = text.split(separator: " ").map(String.init)
        let location = reader.file.location(key.offset)
        guard (1...2).contains(words.count) else {
            reader.fault("a parameter is a name and perhaps a type, such as \"team uuid\"", at: key)
            return nil
        }
        guard reader.isPlain(name: words[0], "the parameter's name", at: location) else {
            return nil
        }
        guard words.count == 2 else { return (words[0], nil) }
        guard let type = Self.type(named: words[1].lowercased()) else {
            reader.fault(
                "there is no type \"\(words[1])\"", at: key,
                suggestion: nearest(words[1], in: Self.typeNames))
            return nil
        }
        return (words[0], type)
    }

    /// The names model files use, and those of casts.
    private static func type(named name: String) -> ColumnType? {
        JSONType(rawValue: name).flatMap { ColumnType(word: $0, format: nil) }
            ?? ColumnType(castName: name)
    }

    private static let typeNames = ColumnType.families.flatMap {
        [$0.traits.word?.rawValue].compactMap(\.self) + $0.traits.castNames
    }
}

/// A rule of `rules.json`: an expression with a name and parameters, shared by models.
public struct NamedRule: Hashable, Sendable {
    /// The rule's name.
    public let name: String
    /// The names of its parameters, in order.
    public let parameters: [String]
    /// Their types, where the file gives them.
    public let parameterTypes: [ColumnType?]
    /// The expression.
    public let body: ExpressionSource
    /// Where the rule is declared.
    public let location: SourceLocation
}
