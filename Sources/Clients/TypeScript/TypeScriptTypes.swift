public import Schema
import Values

/// The types of a project for TypeScript: the `Database` type that `createClient<Database>` of
/// supabase-js takes, in the shape of `supabase gen types typescript`. Made of the model files
/// alone, sorted, so that the same models give the same text.
public struct TypeScriptTypes {
    private let catalogue: Catalogue
    private let enumerations: TextEnumerations

    /// The types of these models.
    public init(_ catalogue: Catalogue) {
        self.catalogue = catalogue
        enumerations = TextEnumerations(catalogue)
    }

    /// The whole file.
    public var text: String {
        var code = CodeText(indentation: 2)
        code.verbatim(TypeScriptHelpers.json)
        code.block("export type Database = {") { code in
            code.verbatim(TypeScriptHelpers.version)
            code.block("\(Catalogue.schemaName): {") { code in
                code.block("Tables: {") { code in
                    for model in catalogue.tables { table(model, &code) }
                    if catalogue.tables.isEmpty { code.line(Self.nothing) }
                }
                code.block("Views: {") { code in
                    for model in catalogue.views { view(model, &code) }
                    if catalogue.views.isEmpty { code.line(Self.nothing) }
                }
                empty("Functions", &code)
                code.block("Enums: {") { code in
                    for entry in enumerations.all {
                        let texts = entry.texts.map(TypeScriptName.literal)
                        code.line("\(TypeScriptName.key(entry.name)): \(union(texts))")
                    }
                    if enumerations.all.isEmpty { code.line(Self.nothing) }
                }
                empty("CompositeTypes", &code)
            }
        }
        code.line()
        code.verbatim(TypeScriptHelpers.generics)
        constants(&code)
        return code.text
    }

    /// The members of an object that has none.
    private static let nothing = "[_ in never]: never"

    private func empty(_ kind: String, _ code: inout CodeText) {
        code.block("\(kind): {") { $0.line(Self.nothing) }
    }

    /// The texts of enumerations as values.
    private func constants(_ code: inout CodeText) {
        code.block("export const Constants = {", "} as const") { code in
            code.block("\(Catalogue.schemaName): {", "},") { code in
                code.block("Enums: {", "},") { code in
                    for entry in enumerations.all {
                        let texts = entry.texts.map(TypeScriptName.literal).joined(separator: ", ")
                        code.line("\(TypeScriptName.key(entry.name)): [\(texts)],")
                    }
                }
            }
        }
    }

    // MARK: Tables

    private func table(_ model: Model, _ code: inout CodeText) {
        code.comment(model.description)
        code.block("\(TypeScriptName.key(model.name)): {") { code in
            row(model, &code)
            code.block("Insert: {") { code in
                for column in model.sortedColumns {
                    code.line(given(column, .create, isOptional: column.isOptionalOnInsert))
                }
            }
            code.block("Update: {") { code in
                for column in model.sortedColumns {
                    code.line(given(column, .update, isOptional: true))
                }
            }
            relationships(model, &code)
        }
    }

    /// A model that can only be read.
    private func view(_ model: Model, _ code: inout CodeText) {
        code.comment(model.description)
        code.block("\(TypeScriptName.key(model.name)): {") { code in
            row(model, &code)
            relationships(model, &code)
        }
    }

    private func row(_ model: Model, _ code: inout CodeText) {
        code.block("Row: {") { code in
            for column in model.sortedColumns {
                let type = type(of: column, orNull: column.isNullableWhenRead)
                code.comment(column.description)
                code.line("\(TypeScriptName.key(column.name)): \(type)")
            }
        }
    }

    /// What a client gives for a column; `never` where the service would refuse it.
    private func given(_ column: Column, _ verb: Verb, isOptional: Bool) -> String {
        let name = TypeScriptName.key(column.name)
        guard column.isWritable(verb) else { return "\(name)?: never" }
        let type = type(of: column, orNull: column.isNullable)
        return "\(name)\(isOptional ? "?" : ""): \(type)"
    }

    private func type(of column: Column, orNull: Bool) -> String {
        union([type(of: column)] + (orNull ? ["null"] : []))
    }

    private func type(of column: Column) -> String {
        if let name = enumerations.name(of: column) {
            let schema = TypeScriptName.literal(Catalogue.schemaName)
            return "Database[\(schema)][\"Enums\"][\(TypeScriptName.literal(name))]"
        }
        if let values = column.enumeration {
            return union(values.map { TypeScriptShape.literal(column.json($0)) })
        }
        return column.jsonRule.map(TypeScriptShape.type) ?? column.type.spelling.typeScript
    }

    private func relationships(_ model: Model, _ code: inout CodeText) {
        guard !model.references.isEmpty else { return code.line("Relationships: []") }
        code.block("Relationships: [", "]") { code in
            for key in model.sortedReferences {
                guard let target = catalogue.model(key.target) else { continue }
                code.block("{", "},") { code in
                    let columns = key.columns.map { model.columns[$0].name }
                    let targets = key.targetColumns.map { target.columns[$0].name }
                    code.line("foreignKeyName: \(TypeScriptName.literal(key.name))")
                    code.line("columns: [\(list(columns))]")
                    code.line("isOneToOne: \(model.isOneToOne(key))")
                    code.line("referencedRelation: \(TypeScriptName.literal(target.name))")
                    code.line("referencedColumns: [\(list(targets))]")
                }
            }
        }
    }

    private func list(_ names: [String]) -> String {
        names.map(TypeScriptName.literal).joined(separator: ", ")
    }

    private func union(_ types: [String]) -> String { TypeScriptShape.union(types) }
}

extension CodeText {
    /// What an author says of what follows.
    fileprivate mutating func comment(_ description: String?) {
        guard let description else { return }
        let lines = description.safeForComment.split(separator: "\n").map(String.init)
        if lines.isEmpty { return }
        if lines.count == 1 { return line("/** \(lines[0]) */") }
        line("/**")
        for text in lines { line(" * \(text)") }
        line(" */")
    }
}

extension String {
    /// Without what would end a comment of several lines, or a line where that is not meant.
    fileprivate var safeForComment: String {
        var safe = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "/" where safe.hasSuffix("*"): safe += "\\/"
            case "\r", "\u{2028}", "\u{2029}", "\u{0B}", "\u{0C}", "\u{85}": safe += "\n"
            default: safe.unicodeScalars.append(scalar)
            }
        }
        return safe
    }
}
