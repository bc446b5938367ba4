public import Store
public import Testing
import Values

/// What inserts and upserts ask and tell, in their order.
public enum InsertCases {
    /// An insert and what becomes of it.
    public struct Case: CustomTestStringConvertible, Sendable {
        public let testDescription: String
        public let program: InsertProgram
        public let rows: NewRows
        public let outcome: String
        /// The notes that are there afterwards beside those before; nil if these have changed.
        public let added: String?

        public init(
            _ name: String, _ program: InsertProgram, _ rows: [NewRow], _ outcome: String,
            adds added: String? = "", stamps: [Assignment] = []
        ) {
            testDescription = name
            self.program = program
            self.rows = NewRows(rows, stamps: stamps)
            self.outcome = outcome
            self.added = added
        }
    }

    public static func row(
        _ id: Int64?, _ slug: String?, _ n: Int64?, _ owner: String? = nil,
        fault: String? = nil, updateFault: String? = nil
    ) -> NewRow {
        NewRow(
            [
                id.map(Value.integer) ?? .null, Value(slug), n.map(Value.integer) ?? .null,
                Value(owner),
            ], fault: fault.map(ProgramStage.fault),
            updateFault: updateFault.map(ProgramStage.fault))
    }

    public static func insert(
        checks: [ValueExpression] = [], _ conflict: InsertProgram.Conflict? = nil,
        _ returning: Returning = Returning(), keyRule: ValueExpression? = nil
    ) -> InsertProgram {
        InsertProgram(
            into: ProgramStage.notes, checks: checks, conflict: conflict, returning: returning,
            keyRule: keyRule)
    }

    public static func merge(
        on key: [Int] = [0], using: [ValueExpression] = [], checks: [ValueExpression] = [],
        changed: [Int] = [2]
    ) -> InsertProgram.Conflict {
        InsertProgram.Conflict(.merge, on: key, using: using, checks: checks, changed: changed)
    }

    public static let isLowNumber: ValueExpression = .comparison(
        .less, ProgramStage.column(0, Alias.new), .constant(.integer(4), .integer))

    public static let plain: [Case] = [
        Case(
            "numbers go to the rows without", insert(), [row(nil, "c", 1), row(7, "d", 2)],
            "2 written, 2 new", adds: " 3|c|1|- 7|d|2|-"),
        Case("no rows", insert(), [], "0 written, 0 new"),
        Case(
            "a check looks rows up", insert(checks: [ProgramStage.isOwnedByMember(Alias.new)]),
            [row(3, "c", 1, "ann"), row(4, "d", 1, "eve")], "check(0)"),
        Case(
            "the first failing row counts",
            insert(checks: [ProgramStage.isOwnedByMember(Alias.new), ProgramStage.isBelow(5)]),
            [row(3, "c", 9, "ann"), row(4, "d", 1, "eve")], "check(1)"),
        Case(
            "a check may look at the number", insert(checks: [isLowNumber]),
            [row(nil, "c", 1), row(nil, "d", 1)], "check(0)"),
        Case(
            "checks come before faults", insert(checks: [ProgramStage.isBelow(5)]),
            [row(3, "c", 1, fault: "F"), row(4, "d", 9)], "check(0)"),
        Case(
            "faults come in the order of rows, before constraints", insert(),
            [row(3, "a", 1), row(4, "d", 1, fault: "F"), row(5, "d", 1, fault: "G")], "faulty F"),
        Case(
            "a taken key", insert(), [row(3, "c", 1), row(4, "b", 1)],
            "unique notes_slug_key [1] [Values.Value.text(\"b\")]"),
        Case(
            "a taken number", insert(), [row(2, "c", 1)],
            "unique notes_pkey [0] [Values.Value.integer(2)]"),
        Case(
            "of several taken keys the first is told", insert(), [row(3, "a", 10, "ann")],
            "unique notes_slug_key [1] [Values.Value.text(\"a\")]"),
        Case(
            "the primary key is told before all others", insert(), [row(2, "a", 10, "ann")],
            "unique notes_pkey [0] [Values.Value.integer(2)]"),
        Case(
            "a check of the table", insert(), [row(3, "c", 100)],
            "check small [Values.Value.integer(3), Values.Value.text(\"c\"), "
                + "Values.Value.integer(100), Values.Value.null]"),
        Case(
            "no parent", insert(), [row(3, "c", 1, "eve")],
            "missingParent notes_owner_fkey members [Values.Value.text(\"eve\")]"),
        Case(
            "references are judged when all rows are there", insert(),
            [row(3, "c", 1, "eve"), row(4, "b", 1)],
            "unique notes_slug_key [1] [Values.Value.text(\"b\")]"),
        Case(
            "the first row without a parent is told", insert(),
            [row(3, "c", 1, "eve"), row(4, "d", 1, "kim")],
            "missingParent notes_owner_fkey members [Values.Value.text(\"eve\")]"),
        Case(
            "the numbers are used up", insert(),
            [row(nil, "c", 1)]
                + (0..<9).map {
                    row(nil, "x\($0)", 1)
                }, "failed 2200H"),
        Case(
            "a single row is wanted", insert(nil, Returning(isSingular: true)),
            [row(3, "c", 1), row(4, "d", 1)], "notSingular(2)"),
        Case(
            "too many rows", insert(nil, Returning(rowsMax: 1)),
            [row(3, "c", 1), row(4, "d", 1)], "tooManyAffected(2)"),
        Case(
            "a missing parent comes before too many rows", insert(nil, Returning(rowsMax: 1)),
            [row(3, "c", 1, "ann"), row(4, "d", 1, "eve")],
            "missingParent notes_owner_fkey members [Values.Value.text(\"eve\")]"),
    ]

    public static let representations: [Case] = [
        Case(
            "rows come back in the order of the body",
            insert(nil, Returning(ProgramStage.representation())),
            [row(7, "c", 1), row(5, "d", 2)],
            #"2 written, 2 new [{"id":7,"n":1},{"id":5,"n":2}]"#, adds: " 5|d|2|- 7|c|1|-"),
        Case(
            "one row comes back as the object",
            insert(
                nil, Returning(ProgramStage.representation(as: .object(stripsNulls: false)))),
            [row(7, "c", 1)], #"1 written, 1 new {"id":7,"n":1}"#, adds: " 7|c|1|-"),
        Case(
            "nothing comes back of nothing",
            insert(nil, Returning(ProgramStage.representation())), [], "0 written, 0 new []"),
        Case(
            "a row that may not be seen",
            insert(nil, Returning(ProgramStage.representation(ProgramStage.isBelow(5, "t")))),
            [row(3, "c", 1), row(4, "d", 7)], "invisibleRow"),
        Case(
            "a taken key comes before a row that may not be seen",
            insert(nil, Returning(ProgramStage.representation(ProgramStage.isBelow(5, "t")))),
            [row(3, "c", 7), row(4, "b", 1)],
            "unique notes_slug_key [1] [Values.Value.text(\"b\")]"),
        Case(
            "a missing parent comes before a row that may not be seen",
            insert(nil, Returning(ProgramStage.representation(ProgramStage.isBelow(5, "t")))),
            [row(3, "c", 7, "eve")],
            "missingParent notes_owner_fkey members [Values.Value.text(\"eve\")]"),
        Case(
            "the key is told", insert(keyRule: ProgramStage.isBelow(5, Alias.old)),
            [row(nil, "c", 1)], "1 written, 1 new key [Values.Value.integer(3)]",
            adds: " 3|c|1|-"),
        Case(
            "the key of a hidden row is not", insert(keyRule: ProgramStage.isBelow(5, Alias.old)),
            [row(nil, "c", 7)], "1 written, 1 new", adds: " 3|c|7|-"),
    ]

    public static let upserts: [Case] = [
        Case(
            "rows that are there change, others are new", insert(merge()),
            [row(1, "x", 11), row(3, "c", 1), row(2, "y", 22)], "3 written, 1 new", adds: nil),
        Case(
            "a key of any kind", insert(merge(on: [1])), [row(5, "a", 11), row(6, nil, 1)],
            "2 written, 1 new", adds: nil),
        Case(
            "a number that is given conflicts with none", insert(merge()), [row(nil, "c", 1)],
            "1 written, 1 new", adds: " 3|c|1|-"),
        Case(
            "ignored rows are left out", insert(.init(.ignore, on: [0])),
            [row(1, "x", 11), row(3, "c", 1), row(3, "z", 1)], "1 written, 1 new",
            adds: " 3|c|1|-"),
        Case(
            "what is left out breaks nothing", insert(.init(.ignore, on: [0])),
            [row(1, "x", 100), row(3, "c", 1), row(3, "d", 100), row(4, "e", 100)],
            "check small [Values.Value.integer(4), Values.Value.text(\"e\"), "
                + "Values.Value.integer(100), Values.Value.null]"),
        Case(
            "a key twice", insert(merge()), [row(3, "c", 1), row(3, "d", 1)], "repeatedConflict"),
        Case(
            "create checks come first", insert(checks: [ProgramStage.isBelow(5)], merge()),
            [row(3, "c", 1), row(3, "d", 9)], "check(0)"),
        Case(
            "a hidden row", insert(merge(using: [ProgramStage.isOwnedByAnn(Alias.old)])),
            [row(1, "x", 11), row(2, "y", 1)], "hiddenRow"),
        Case(
            "hidden rows come before faults",
            insert(merge(using: [ProgramStage.isOwnedByAnn(Alias.old)])),
            [row(3, "c", 1, fault: "F"), row(2, "y", 1)], "hiddenRow"),
        Case(
            "a check of the row as it will be",
            insert(merge(checks: [.yes, ProgramStage.isBelow(15)])),
            [row(1, "x", 11), row(2, "y", 15)], "conflictCheck(1)"),
        Case(
            "what is not changed is judged as it is",
            insert(merge(checks: [ProgramStage.isOwnedByAnn(Alias.new)])),
            [row(1, "x", 11, "eve")], "1 written, 0 new", adds: nil),
        Case(
            "a check compares both images",
            insert(
                merge(checks: [
                    .comparison(
                        .less, ProgramStage.column(2, Alias.old),
                        ProgramStage.column(2, Alias.new))
                ])), [row(1, "x", 11), row(2, "y", 20)], "conflictCheck(0)"),
        Case(
            "stamps win over the body",
            insert(merge(checks: [ProgramStage.isBelow(15)], changed: [2])),
            [row(1, "x", 99)], "1 written, 0 new", adds: nil,
            stamps: [Assignment(column: 2, value: .integer(12))]),
        Case(
            "the fault of an update is not that of a row", insert(merge()),
            [row(1, "x", 11, fault: "F"), row(2, "y", 1, updateFault: "G")], "faulty G"),
        Case(
            "nothing changes", insert(merge(changed: [])), [row(1, "x", 11)],
            "1 written, 0 new"),
        Case(
            "an update takes another's key", insert(merge(changed: [1])), [row(1, "b", 1)],
            "unique notes_slug_key [1] [Values.Value.text(\"b\")]"),
        Case(
            "of several keys that an update takes the first is told",
            insert(merge(changed: [1, 2, 3])), [row(1, "b", 20, "bob")],
            "unique notes_slug_key [1] [Values.Value.text(\"b\")]"),
        Case(
            "an update has no parent", insert(merge(changed: [3])), [row(1, "b", 1, "eve")],
            "missingParent notes_owner_fkey members [Values.Value.text(\"eve\")]"),
        Case(
            "a row may move",
            insert(
                merge(on: [1], changed: [0, 2]), Returning(ProgramStage.representation())),
            [row(8, "a", 3)], #"1 written, 0 new [{"id":8,"n":3}]"#, adds: nil),
    ]

    /// All of them.
    public static let all = plain + representations + upserts
}
