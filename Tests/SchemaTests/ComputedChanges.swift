@testable import Schema

/// Changes of computed columns, and of what they are computed of.
enum ComputedChanges {
    private static func model(_ columns: String, _ rest: String = "") -> String {
        #"{"properties": {"id": {"type": "integer"}, "a": {"type": "string"}\#(columns)}\#(rest)}"#
    }

    private static func computed(
        _ expression: String = "upper(a)", _ words: String = ""
    ) -> String {
        #", "c": {"type": "string", "computed": "\#(expression)"\#(words)}"#
    }

    private static let plain = #", "c": {"type": "string"}"#
    private static let stored = #", "stored": true"#
    private static let all = "SELECT coalesce(c, '-') FROM things WHERE id = 1"

    /// A column `c`, indexed, that says whether `n` is null.
    private static func missing(_ n: String) -> String {
        model(
            #", "n": {\#(n)}, "c": {"type": "boolean", "computed": "n is null"}"#,
            #", "indexes": [{"on": ["c"]}]"#)
    }

    static let changes: [ChangeTests.Change] = [
        .init("a computed column that is new", model(""), model(computed()), all, "X"),
        .init(
            "a stored computed column that is new", model(""), model(computed("upper(a)", stored)),
            all, "X"),
        .init(
            "computed columns before what they are computed of, all new", model(""),
            model(computed("d || '!'") + #", "d": {"type": "string", "default": "q"}"#), all,
            "q!"),
        .init(
            "a computed column that goes", model(computed()), model(""),
            "SELECT count(*) FROM things", "3"),
        .init(
            "a computed column that goes with what it is computed of",
            model(computed("d || 'x'") + #", "d": {"type": "string"}"#), model(""), "SELECT count(*) FROM things", "3"),
        .init(
            "another expression, with an index, a unique and a check",
            model(
                computed(),
                #", "indexes": [{"on": ["c"]}], "unique": [["c"]], "checks": {"k": "c <> 'zz'"}"#),
            model(
                computed("a || '!'"),
                #", "indexes": [{"on": ["c"]}], "unique": [["c"]], "checks": {"k": "c <> 'zz'"}"#),
            all, "x!"),
        .init(
            "a computed column of another type", model(computed()),
            model(#", "c": {"type": "boolean", "computed": "a = 'x'"}"#),
            "SELECT count(*) FROM things WHERE c", "1"),
        .init(
            "kept with the row from now on", model(computed()), model(computed("upper(a)", stored)),
            all, "X"),
        .init(
            "kept with the row no more", model(computed("upper(a)", stored)), model(computed()),
            all, "X"),
        .init(
            "a written column that is computed from now on", model(plain), model(computed()),
            rows: "INSERT INTO things (id, a, c) VALUES (1, 'x', 'lost'), (2, 'y', NULL)", all, "X"),
        .init(
            "a computed column that is written from now on", model(computed()), model(plain), all,
            "X"),
        .init(
            "a computed column that is written from now on, as what it was computed of goes",
            model(computed("d || 'x'") + #", "d": {"type": "string", "default": "q"}"#),
            model(plain), all, "qx"),
        .init(
            "another name of what it is computed of", model(computed()),
            model(computed("upper(b)")).replacing(
                #""a": {"#, with: #""b": {"renamedFrom": "a", "#),
            all, "X"),
        .init(
            "another type of what it is computed of",
            missing(#""type": "integer", "default": 7"#),
            missing(#""type": "string", "default": "7""#),
            "SELECT count(*) FROM things WHERE NOT c", "3"),
        .init(
            "a required computed column", model(""), model(computed(), #", "required": ["c"]"#),
            "SELECT count(*) FROM things", "3", refused: "(3)"),
        .init(
            "values that are too long", model(""),
            model(computed("a || 'long'", #", "maxLength": 3"#)), "SELECT count(*) FROM things",
            "3", refused: "(1, 'xlong')"),
    ]
}
