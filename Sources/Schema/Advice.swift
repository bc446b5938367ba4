/// What the author can do about a difference that cannot be overcome by adding.
///
/// Whoever follows one literally loses no row, and a fresh checkout still builds: nothing here
/// drops a table or a column, rebuilds a table, or touches a migration file that is applied.
enum Advice: Hashable, Sendable {
    /// A part of a table that only a rebuild could change.
    case declareAsBefore
    /// The same for a column, which can have another one beside it.
    case declareColumnAsBefore
    /// A table or column without declaration.
    case declareTable, declareColumn
    /// A constraint or reference without declaration.
    case declare
    /// A unique constraint without declaration that its table was made with.
    case declareUnique
    /// A unique constraint without declaration that is nothing but these indexes.
    case dropUnique([String])
    /// An index without declaration.
    case declareIndex(String)
    /// An index declared otherwise.
    case replaceIndex(String)
    /// A column with another name that migration files build.
    case rename(table: String, from: String, to: String)
    /// A column with another name that no migration file knows yet.
    case recordFirst(String)
    /// A new column that must have a value in the rows that are there.
    case giveDefault
    /// A new column that refers to a model, with a default.
    case leaveDefaultOut

    /// The half of a sentence that follows the reason.
    var wording: String {
        switch self {
        case .declareAsBefore: "declare it as it was: migrations cannot rebuild a table yet"
        case .declareColumnAsBefore:
            "declare it as it was, and what is new as another column: migrations cannot rebuild "
                + "a table yet"
        case .declareTable:
            "declare it: its rows stay where they are"
        case .declareColumn:
            "declare it: its values stay where they are"
        case .declare: "declare it: migrations cannot rebuild a table yet"
        case .declareUnique: "declare it in \"unique\": migrations cannot rebuild a table yet"
        case .dropUnique(let names):
            "declare it in \"unique\", or \(Self.without(indexes: names))"
        case .declareIndex(let name): "declare it, or \(Self.without(indexes: [name]))"
        case .replaceIndex(let name):
            "\(Self.without(indexes: [name])) what is declared is added then"
        case .rename(let table, let former, let name):
            "write a migration file by hand: ALTER TABLE \(DDL.quoted(table)) "
                + "RENAME COLUMN \(DDL.quoted(former)) TO \(DDL.quoted(name));"
        case .recordFirst(let former):
            "call it \"\(former)\" until 'apus migrate new NAME' has recorded it"
        case .giveDefault: "give it a constant default or leave it out of \"required\""
        case .leaveDefaultOut: "leave the default out, and the column out of \"required\""
        }
    }

    /// IF EXISTS, since what `apus dev` added may be in no migration file yet.
    private static func without(indexes names: [String]) -> String {
        "write a migration file by hand: "
            + names.map { "DROP INDEX IF EXISTS \(DDL.quoted($0));" }.joined(separator: " ")
    }
}
