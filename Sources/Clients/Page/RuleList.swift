import Expressions
import Schema

/// The access rules of a model in words, and its checks, as its reference lists them.
struct RuleList {
    private let model: Model
    private let wording: RuleWording

    init(_ model: Model, wording: RuleWording) {
        self.model = model
        self.wording = wording
    }

    var html: String {
        HTML.table(
            ["To", "Which rows, or who", "As written"],
            Verb.allCases.map { verb in
                let rule = model.access[verb]
                return [
                    verb.rawValue, rule.map { words($0, verb) } ?? Self.nobody,
                    rule.map { written($0, verb) } ?? "",
                ]
            }) + checks
    }

    private static let nobody = "Only the service role"

    private func words(_ rule: AccessRule, _ verb: Verb) -> String {
        switch verb {
        case .read, .delete: html(rule.using)
        case .create: html(rule.check)
        case .update:
            rule.using == rule.check
                ? "\(html(rule.using)) Before and after the change."
                : "\(html(rule.using)) After the change: \(html(rule.check))"
        }
    }

    private func written(_ rule: AccessRule, _ verb: Verb) -> String {
        switch verb {
        case .read, .delete: HTML.code(rule.using.text)
        case .create: HTML.code(rule.check.text)
        case .update:
            HTML.code(rule.using.text)
                + (rule.using == rule.check ? "" : "; check: \(HTML.code(rule.check.text))")
        }
    }

    private func html(_ source: ExpressionSource) -> String {
        Self.html(wording.words(of: source, in: model))
    }

    /// Who may, in words.
    static func html(_ rule: WordedRule) -> String {
        switch rule {
        case .everybody: return "Everybody, whichever row it is."
        case .nobody: return "\(nobody)."
        case .written(let text): return "Rows of which this is true: \(HTML.code(text))."
        case .rows(let words):
            let choices = words.choices.map(html)
            guard choices.count > 1 else { return "Rows where \(choices.joined())." }
            return "Rows where any of these is so:\n\(HTML.list(choices))"
        }
    }

    private static func html(_ pieces: [RuleWords.Piece]) -> String {
        pieces.map { piece in
            switch piece {
            case .text(let text): HTML.escaped(text)
            case .code(let code): HTML.code(code)
            }
        }.joined()
    }

    private var checks: String {
        guard !model.checks.isEmpty else { return "" }
        let items = model.checks.map { check in
            let condition = check.condition.text
            let words =
                if case .rows(let words) = wording.words(of: check.condition, in: model) {
                    words.choices.map(Self.html).joined(separator: " or ")
                        + " (\(HTML.code(condition)))"
                } else {
                    HTML.code(condition)
                }
            return "\(words): \(HTML.code(check.name))"
        }
        return "<p>In every row:</p>\n\(HTML.list(items))"
    }
}
