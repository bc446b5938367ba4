import Values

extension Vocabulary {
    static let typeNames = nestedTypes.filter { $0 != JSONType.null.rawValue }
    private static let nestedTypes = JSONType.allCases.map(\.rawValue)

    static let property = Vocabulary(
        noun: "a property", words: typeWords + Bounds.words + jsonWords + rowWords)

    /// What only a column has, as people write it: what it holds first, then what becomes of it.
    private static let typeWords: [Word] = [
        Word("type", .choice(typeNames), "The type of the values; any JSON value when left out."),
        Word(
            "format", .choice(JSONType.allCases.flatMap(ColumnType.formats)),
            "What kind of string or number it is.",
            for: [.text, .temporal, .decimal, .bytes, .integer, .number]),
        Word("description", .text, "What the column is for."),
        Word(
            "precision", .integer(min: 1),
            "All digits of a decimal, \(ColumnType.decimalPrecisionMax) at the most.",
            for: [.decimal]),
        Word("scale", .integer(min: 0), "The digits after the point.", for: [.decimal]),
        Word("enum", .list(.value, min: 1), "The only values allowed."),
    ]

    private static let rowWords: [Word] = [
        Word(
            "identity", .boolean,
            "Whether the database numbers rows that come without a value: from 1, and after the "
                + "rows of migrations and seeds, with gaps. Values that writers give do not move "
                + "the numbers while the server runs; each start goes on after the last number "
                + "given and after the greatest value there, of those up to 2^52, of int32 below "
                + "2^30.",
            for: [.integer]),
        Word(
            "default", .value,
            "What a row gets when nothing is given: a constant, or {\"$expr\": \"…\"}."),
        Word("onUpdate", .words(.expression), "What the column gets at every update."),
        Word(
            "computed", .expression,
            "What the column always holds, of the other columns of its row; nobody writes it."),
        Word(
            "stored", .boolean,
            "Whether what is computed is kept with the row, where the engine has a choice, and not "
                + "computed at each read."),
        Word("readOnly", .boolean, "Whether clients may not write it."),
        Word(
            "renamedFrom", .names,
            "The name the column had before, or several, the last one first: its values stay, "
                + "under the new name."),
        Word(
            "deprecated", .boolean,
            "Whether clients should use the column no more; it is served all the same."),
        Word("references", .words(.references), "The model whose key the column holds."),
        Word("access", .words(.columnAccess), "Rules for this column alone."),
    ]

    /// What the value of a JSON column may be told in addition.
    private static let jsonWords: [Word] = [
        Word("properties", .map(.words(.items)), "The members of the object.", for: [.object]),
        Word("required", .list(.text, min: 0), "The members it must have.", for: [.object]),
        Word(
            "additionalProperties", .either([.boolean, .words(.items)]),
            "Whether other members are allowed, or their shape.", for: [.object]),
        Word("minProperties", .integer(min: 0), "The fewest members.", for: [.object]),
        Word("maxProperties", .integer(min: 0), "The most members.", for: [.object]),
        Word(
            "items", .either([.boolean, .words(.items)]), "The shape of the elements.",
            for: [.array]),
        Word("minItems", .integer(min: 0), "The fewest elements.", for: [.array]),
        Word("maxItems", .integer(min: 0), "The most elements.", for: [.array]),
        Word("uniqueItems", .boolean, "Whether no two elements may be equal.", for: [.array]),
    ]

    /// A schema inside a JSON column, to any depth.
    static let items = Vocabulary(
        noun: "a nested schema",
        words: [
            Word(
                "type", .either([.choice(nestedTypes), .list(.choice(nestedTypes), min: 1)]),
                "The type, or the types, of the value."),
            Word(
                "format", .choice(JSONRule.Format.names),
                "What kind of string it is."),
            Word("title", .text, "A name for the value."),
            Word("description", .text, "What the value is for."),
            Word("$comment", .text, "A note for other authors."),
            Word("enum", .list(.value, min: 1), "The only values allowed."),
            Word("const", .value, "The only value allowed."),
        ] + (Bounds.words + jsonWords).map { Word($0.name, $0.shape, $0.description) })
}
