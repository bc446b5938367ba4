import Store

extension Vocabulary {
    /// The vocabulary called `name`.
    static func named(_ name: Name) -> Vocabulary {
        switch name {
        case .model: model
        case .property: property
        case .items: items
        case .references: references
        case .reference: reference
        case .expression: expression
        case .index: index
        case .access: access
        case .update: update
        case .columnAccess: columnAccess
        case .realtime: realtime
        }
    }

    /// A rule: an expression, or true for everybody and false for nobody.
    static let rule = Shape.either([.expression, .boolean])

    static let model = Vocabulary(
        noun: "a model",
        words: [
            Word("$schema", .text, "Where editors find the JSON Schema of this format."),
            Word("description", .text, "What the model is for."),
            Word(
                "renamedFrom", .names,
                "The name the model had before, or several, the last one first: its rows stay, "
                    + "in a table of the new name."),
            Word(
                "deprecated", .boolean,
                "Whether clients should use the model no more; it is served all the same."),
            Word("properties", .map(.words(.property)), "The columns by name.", isRequired: true),
            Word("required", .list(.text, min: 0), "The columns that may not be null."),
            Word(
                "primaryKey", .list(.text, min: 0),
                "The key columns, [] for none; [\"id\"] when left out, and a uuid \"id\" is added "
                    + "if undeclared."),
            Word(
                "unique", .list(.list(.text, min: 1), min: 0),
                "Sets of columns no two rows share."),
            Word(
                "references", .list(.words(.reference), min: 0),
                "What several columns refer to together; a column's own says what it alone does."),
            Word("indexes", .list(.words(.index), min: 0), "The indexes."),
            Word("checks", .map(.expression), "Conditions every row must keep, by name."),
            Word(
                "search", .map(.number),
                "Not built yet, and refused: columns for full-text search and their weights."),
            Word(
                "realtime", .either([.boolean, .words(.realtime)]),
                "Whether changes are published; off when left out."),
            Word(
                "softDelete", .boolean,
                "Whether a deletion only sets \"deleted_at\", so that the row can be restored."),
            Word(
                "view", .text,
                "The file beside this one whose SELECT gives the rows, which can only be read."),
            Word("access", .words(.access), "Who may do what; what is not named is for nobody."),
        ])

    static let references = Vocabulary(
        noun: "a reference",
        words: [
            Word("model", .text, "The model referred to.", isRequired: true),
            Word("column", .text, "The column referred to; the model's key when left out."),
        ] + relationWords)

    static let reference = Vocabulary(
        noun: "a reference of a model",
        words: [
            Word("columns", .list(.text, min: 1), "The columns that refer.", isRequired: true),
            Word("model", .text, "The model referred to.", isRequired: true),
            Word(
                "to", .list(.text, min: 1),
                "The columns referred to, in the same order; the model's key when left out."),
        ] + relationWords)

    private static let relationWords = [
        Word("as", .text, "The relation's name seen from here."),
        Word("inverse", .text, "The relation's name seen from the other model."),
        Word(
            "onDelete", .choice(DeleteAction.allCases.map(\.rawValue)),
            "What a delete of the other row does here; noAction when left out."),
        Word(
            "name", .text,
            "The constraint's name, in refusals and as a hint for embeds; made from the columns "
                + "when left out."),
    ]

    static let expression = Vocabulary(
        noun: "an expression",
        words: [Word("$expr", .expression, "An expression of the rule language.", isRequired: true)]
    )

    static let index = Vocabulary(
        noun: "an index",
        words: [
            Word(
                "on", .list(.text, min: 1), "The columns, each perhaps with asc or desc.",
                isRequired: true),
            Word("where", .expression, "The rows the index holds; all when left out."),
            Word("name", .text, "The index's name; made from the columns when left out."),
        ])

    static let access = Vocabulary(
        noun: "an access table",
        words: [
            Word("all", rule, "The rule of every verb that has none of its own."),
            Word("write", rule, "The rule of create, update and delete."),
            Word("read", rule, "Which rows may be read."),
            Word("create", rule, "Which rows may be inserted."),
            Word(
                "update", .either([.expression, .boolean, .words(.update)]),
                "Which rows may be changed, and what they may become."),
            Word("delete", rule, "Which rows may be deleted."),
        ])

    static let update = Vocabulary(
        noun: "an update rule",
        words: [
            Word("using", rule, "Judges the row as it is.", isRequired: true),
            Word("check", rule, "Judges the row as it will be; the same as using when left out."),
        ])

    static let columnAccess = Vocabulary(
        noun: "a column's access table",
        words: [
            Word("all", rule, "The rule of every verb that has none of its own."),
            Word("write", rule, "The rule of create and update."),
            Word("read", rule, "In which rows the column is shown."),
            Word("create", rule, "In which new rows it may be given."),
            Word("update", rule, "In which rows it may be changed."),
        ])

    static let realtime = Vocabulary(
        noun: "a feed",
        words: [
            Word(
                "retain", .span, "How long changes stay readable, such as \"7d\", \"12h\", \"30m\"."
            )
        ])
}
