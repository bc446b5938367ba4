import Diagnostics
import Store

/// What the author can do about a difference that cannot be overcome by adding.
///
/// Whoever follows one literally loses nothing, and a fresh checkout still builds: nothing here
/// rebuilds a table, or touches a migration file that is applied. What dropping would cost is told
/// beside it; the statement is left to whoever wants that.
enum Advice: Hashable, Sendable {
    /// Something that is no table and has a model's name, and how it makes way.
    case makeWay(String)
    /// A part of a table that only a rebuild could change.
    case declareAsBefore
    /// The same for a column, which can have another one beside it.
    case declareColumnAsBefore
    /// A table without declaration, whether a migration file builds it, and how many rows it has.
    case declareTable(isRecorded: Bool, rows: Int?)
    /// A column without declaration, and how many rows have a value in it.
    case declareColumn(isRecorded: Bool, values: Int?)
    /// A column without declaration that may be a new one renamed, and what to do if it is not.
    indirect case declareRenamed(from: String, to: String, else: Advice)
    /// A constraint or reference without declaration.
    case declare
    /// A unique constraint without declaration that its table was made with.
    case declareUnique
    /// A unique constraint without declaration that is nothing but these indexes.
    case dropUnique([String])
    /// A unique constraint that is another than those which are declared.
    case replaceUnique(table: String, name: String)
    /// An index without declaration.
    case declareIndex(String)
    /// An index declared otherwise.
    case replaceIndex(String)
    /// A column with another name that migration files build.
    case rename(table: String, from: String, to: String)
    /// A column with another name that no migration file knows yet.
    case recordFirst(from: String, to: String)
    /// A new column that must have a value in the rows that are there.
    case giveDefault
    /// The same, where it may be one renamed that is not declared any more.
    case giveFormerName(String)
    /// A new column that refers to a model, with a default.
    case leaveDefaultOut
    /// A new check of a table that is there.
    case leaveCheckOut

    /// Whether no statement could be told that does what is declared.
    var needsRebuild: Bool {
        switch self {
        case .declareAsBefore, .declareColumnAsBefore, .declare, .declareUnique, .giveDefault,
            .giveFormerName, .leaveDefaultOut, .leaveCheckOut, .recordFirst:
            true
        case .makeWay, .declareTable, .declareColumn, .declareRenamed, .dropUnique,
            .replaceUnique, .declareIndex, .replaceIndex, .rename:
            false
        }
    }

    /// The half of a sentence that follows the reason.
    var wording: String {
        switch self {
        case .makeWay(let wayOut): "\(wayOut), or give the model another name"
        case .declareAsBefore: "declare it as it was: 'apus migrate new' cannot rebuild a table yet"
        case .declareColumnAsBefore:
            "declare it as it was, and what is new as another column: 'apus migrate new' cannot "
                + "rebuild a table yet"
        case .declareTable(true, let rows):
            "declare it: its rows stay where they are; a migration file by hand that drops it "
                + Self.loses(rows, "row")
        case .declareTable(false, let rows):
            "no migration file builds it: declare it; a migration file by hand that drops it "
                + "(IF EXISTS) \(Self.loses(rows, "row"))"
        case .declareColumn(let isRecorded, let values):
            Self.declaring(isRecorded: isRecorded, values: values)
        case .declareRenamed(let former, let name, let other):
            "if it is \"\(name)\" now, give that \"renamedFrom\": \"\(former)\", and its values "
                + "stay; else \(other.wording)"
        case .declare: "declare it: 'apus migrate new' cannot rebuild a table yet"
        case .declareUnique:
            "declare it in \"unique\": 'apus migrate new' cannot rebuild a table yet"
        case .dropUnique(let names):
            "declare it in \"unique\", or \(Self.without(indexes: names))"
        case .replaceUnique(let table, let name):
            "\(Self.without(constraint: name, of: table)) what is declared is added then"
        case .declareIndex(let name): "declare it, or \(Self.without(indexes: [name]))"
        case .replaceIndex(let name):
            "\(Self.without(indexes: [name])) what is declared is added then"
        case .rename(let table, let former, let name):
            Self.renaming(former, to: name, of: table)
        case .recordFirst(let former, let name): Self.recording(former, before: name)
        case .giveDefault: "give it a constant default or leave it out of \"required\""
        case .giveFormerName(let former):
            "if it was \"\(former)\", give it \"renamedFrom\": \"\(former)\"; else "
                + Self.giveDefault.wording
        case .leaveDefaultOut: "leave the default out, and the column out of \"required\""
        case .leaveCheckOut:
            "leave it out: 'apus migrate new' cannot add a check to a table that is there yet"
        }
    }

    private static func declaring(isRecorded: Bool, values: Int?) -> String {
        isRecorded
            ? "declare it: its values stay where they are; a migration file by hand that drops it "
                + loses(values, "value")
            : "no migration file builds it: declare it, and its values stay; to drop it, let 'apus "
                + "migrate new NAME' record it first and write a migration file by hand then, "
                + "which \(loses(values, "value"))"
    }

    private static func renaming(_ former: String, to name: String, of table: String) -> String {
        "write a migration file Migrations/YYYYMMDDTHHMMSS_name.sql by hand: "
            + "ALTER TABLE \(quoted(identifier: table)) RENAME COLUMN "
            + "\(quoted(identifier: former)) TO \(quoted(identifier: name));"
    }

    private static func recording(_ former: String, before name: String) -> String {
        "call it \"\(former)\" until 'apus migrate new NAME' has recorded it; then call it "
            + "\"\(name)\" again, with \"renamedFrom\": \"\(former)\", and write the migration "
            + "file that is asked for then"
    }

    /// What dropping costs; nil where nobody has counted.
    private static func loses(_ count: Int?, _ noun: String) -> String {
        guard let count else { return "loses its \(noun)s" }
        if count == 0 { return "loses no \(noun)" }
        return "loses its \(counted(count, noun))"
    }

    private static func without(constraint name: String, of table: String) -> String {
        "write a migration file by hand: ALTER TABLE IF EXISTS \(quoted(identifier: table)) "
            + "DROP CONSTRAINT IF EXISTS \(quoted(identifier: name));"
    }

    /// IF EXISTS, since what `apus dev` added may be in no migration file yet.
    private static func without(indexes names: [String]) -> String {
        "write a migration file by hand: "
            + names.map { "DROP INDEX IF EXISTS \(quoted(identifier: $0));" }.joined(separator: " ")
    }
}
