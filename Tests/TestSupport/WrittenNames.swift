import Bytes

/// Names that no grammar between a client and a table likes, as those of models and columns.
public enum WrittenNames {
    /// The names.
    public static let all = [
        "firstName", "first name", "a.b", "a-b", "say \"hi\"", "it's", "naïve", "ÉTÉ", "名前", "🦆",
        "select", "order", "and", "not", "null", "true", "user", "1st", "a,b", "a, t.b", "a(b)",
        "a:b", "a::int", "a->>b", "x!inner", "100%", "%41", "a&b=c", "a+b", "a\\b", "$1", "?1",
        ":x",
        "[x]", "`x`", "--x", "x;", "**", " x ", "x desc", "tab\there", "new\nline",
        "\". \"", "excluded", "old", String(repeating: "é", count: 31) + "x",
    ]

    /// A name in the quotes of requests.
    public static func quoted(_ name: String) -> String {
        let text = name.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        return "\"\(text)\""
    }

    /// A name in the quotes of rules.
    public static func inRule(_ name: String) -> String {
        "\"\(name.replacing("\"", with: "\"\""))\""
    }

    /// A model of this name with a column of this name, and nearly everything else too.
    ///
    /// - Parameters:
    ///   - former: the name that both had before.
    ///   - maxLength: of the column.
    public static func model(
        _ name: String, renamedFrom former: String? = nil, maxLength: Int64 = 50
    ) -> String {
        let column = inRule(name)
        var text: JSON = ["type": "string", "maxLength": .integer(maxLength)]
        if let former { text["renamedFrom"] = .string(former) }
        var model: JSON = [
            "properties": [
                "id": ["type": "integer"],
                name: text,
                "up": [
                    "type": "integer",
                    "references": [
                        "model": .string(name), "as": .string(above(name)),
                        "inverse": .string(below(name)),
                    ],
                ],
            ],
            "required": [.string(name)],
            "unique": [[.string(name)]],
            "indexes": [
                ["on": [.string(name + " desc"), "up"], "where": .string("\(column) > 'a'")]
            ],
            "checks": [name: .string("\(column) <> 'unchecked'")],
            "realtime": true,
            "access": [
                "read": true, "delete": true, "create": .string(rule(name)),
                "update": [
                    "using": true,
                    "check": .string(
                        "\(rule(name)) and not changed(id) and (changed(\(column)) or "
                            + "exists(\(column) as e where e.\(column) = \(column).\(column)))"),
                ],
            ],
        ]
        if let former { model["renamedFrom"] = .string(former) }
        return String(decoding: model.bytes, as: UTF8.self)
    }

    /// A rule that names the column, and the column of the row that it refers to.
    private static func rule(_ name: String) -> String {
        let column = inRule(name)
        return "coalesce(\(column), '') <> 'hidden' and (up is null or up > 5 or "
            + "\(inRule(above(name))).\(column) <> 'closed')"
    }

    /// The relation of a row to the one that it refers to.
    public static func above(_ name: String) -> String { "\(name.prefix(20))^" }
    /// The relation back.
    public static func below(_ name: String) -> String { "\(name.prefix(20))_" }
}
