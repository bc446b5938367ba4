public import Store
public import Testing
public import Values

/// What updates and deletes ask and tell, in their order.
public enum TargetCases {
    /// An update and what becomes of it.
    public struct Update: CustomTestStringConvertible, Sendable {
        public let testDescription: String
        public let program: UpdateProgram
        public let values: NewValues
        public let outcome: String
        public let contents: String

        public init(
            _ name: String, _ program: UpdateProgram, _ values: NewValues, _ outcome: String,
            leaves contents: String = ProgramStage.before
        ) {
            testDescription = name
            self.program = program
            self.values = values
            self.outcome = outcome
            self.contents = contents
        }
    }

    public static func target(
        _ conditions: [ValueExpression] = [], isNamedByKey: Bool = false
    ) -> WriteTarget {
        WriteTarget(
            ProgramStage.notes, as: "t", where: conditions, isNamedByKey: isNamedByKey)
    }

    public static func update(
        _ target: WriteTarget, _ columns: [Int] = [2], checks: [ValueExpression] = [],
        returning: Returning = Returning()
    ) -> UpdateProgram {
        UpdateProgram(of: target, columns: columns, checks: checks, returning: returning)
    }

    public static func values(_ column: Int, _ value: Value, fault: String? = nil) -> NewValues {
        NewValues(
            [Assignment(column: column, value: value)], fault: fault.map(ProgramStage.fault))
    }

    public static let isOne: ValueExpression = .comparison(
        .equal, ProgramStage.column(0, "t"), .constant(.integer(1), .integer))
    public static let ofAnn = target([ProgramStage.isOwnedByAnn("t")])
    public static let five = values(2, .integer(5))

    public static let updates: [Update] = [
        Update(
            "all rows", update(target()), five, "2 written, 0 new", leaves: "1|a|5|ann 2|b|5|bob"),
        Update(
            "rows that were found", update(ofAnn), five, "1 written, 0 new",
            leaves: "1|a|5|ann 2|b|20|bob"),
        Update(
            "a row by its key", update(target([isOne], isNamedByKey: true)), five,
            "1 written, 0 new", leaves: "1|a|5|ann 2|b|20|bob"),
        Update("none", update(target([.no])), five, "0 written, 0 new"),
        Update(
            "rows as they are then",
            update(ofAnn, returning: Returning(ProgramStage.representation())), five,
            #"1 written, 0 new [{"id":1,"n":5}]"#, leaves: "1|a|5|ann 2|b|20|bob"),
        Update(
            "a check of the new image", update(target(), checks: [.yes, ProgramStage.isBelow(5)]),
            five, "check(1)"),
        Update(
            "a check of both images",
            update(
                target(),
                checks: [
                    .comparison(
                        .less, ProgramStage.column(2, Alias.new),
                        ProgramStage.column(2, Alias.old))
                ]), values(2, .integer(15)), "check(0)"),
        Update(
            "what is not assigned is judged as it is",
            update(target(), checks: [ProgramStage.isOwnedByAnn(Alias.new)]), five, "check(0)"),
        Update(
            "checks come before faults", update(target(), checks: [ProgramStage.isBelow(5)]),
            values(2, .integer(5), fault: "F"), "check(0)"),
        Update("a fault", update(target()), values(2, .integer(5), fault: "F"), "faulty F"),
        Update(
            "a fault before a constraint", update(target()),
            values(2, .integer(100), fault: "F"), "faulty F"),
        Update(
            "a fault of no row", update(target([.no])), values(2, .null, fault: "F"),
            "0 written, 0 new"),
        Update(
            "a taken key", update(target([isOne]), [1]), values(1, .text("b")),
            "unique notes_slug_key [1] [Values.Value.text(\"b\")]"),
        Update(
            "of several taken keys the first is told", update(target([isOne]), [1, 2, 3]),
            NewValues([(1, .text("b")), (2, .integer(20)), (3, .text("bob"))].map { column, value in
                Assignment(column: column, value: value)
            }), "unique notes_slug_key [1] [Values.Value.text(\"b\")]"),
        Update(
            "one key for all", update(target(), [1]), values(1, .text("c")),
            "unique notes_slug_key [1] [Values.Value.text(\"c\")]"),
        Update(
            "null", update(target([isOne])), values(2, .null),
            "notNull n [Values.Value.integer(1), Values.Value.text(\"a\"), "
                + "Values.Value.null, Values.Value.text(\"ann\")]"),
        Update(
            "a check of the table", update(target([isOne])), values(2, .integer(100)),
            "check small [Values.Value.integer(1), Values.Value.text(\"a\"), "
                + "Values.Value.integer(100), Values.Value.text(\"ann\")]"),
        Update(
            "no parent", update(ofAnn, [3]), values(3, .text("eve")),
            "missingParent notes_owner_fkey members [Values.Value.text(\"eve\")]"),
        Update(
            "too many rows", update(target(), returning: Returning(rowsMax: 1)), five,
            "tooManyAffected(2)"),
        Update(
            "a missing parent comes before too many rows",
            update(target(), [3], returning: Returning(rowsMax: 1)), values(3, .text("eve")),
            "missingParent notes_owner_fkey members [Values.Value.text(\"eve\")]"),
        Update(
            "not one row", update(target(), returning: Returning(isSingular: true)), five,
            "notSingular(2)"),
        Update(
            "a row that may not be seen then",
            update(
                target(),
                returning: Returning(ProgramStage.representation(ProgramStage.isBelow(5, "t")))),
            five, "invisibleRow"),
    ]

    public static let deletes: [(DeleteProgram, String, String)] = [
        (DeleteProgram(of: target()), "2 written, 0 new", ""),
        (DeleteProgram(of: ofAnn), "1 written, 0 new", "2|b|20|bob"),
        (
            DeleteProgram(of: ofAnn, returning: Returning(ProgramStage.representation())),
            #"1 written, 0 new [{"id":1,"n":10}]"#, "2|b|20|bob"
        ),
        (DeleteProgram(of: target([.no])), "0 written, 0 new", ProgramStage.before),
        (
            DeleteProgram(of: target(), returning: Returning(rowsMax: 1)), "tooManyAffected(2)",
            ProgramStage.before
        ),
        (
            DeleteProgram(
                of: target(),
                returning: Returning(ProgramStage.representation(ProgramStage.isBelow(15, "t")))),
            "invisibleRow", ProgramStage.before
        ),
        (
            DeleteProgram(of: WriteTarget(ProgramStage.members, as: "t")),
            "stillReferenced notes_owner_fkey notes [Values.Value.text(\"ann\")]",
            ProgramStage.before
        ),
        (
            DeleteProgram(
                of: WriteTarget(ProgramStage.members, as: "t"), returning: Returning(rowsMax: 1)),
            "stillReferenced notes_owner_fkey notes [Values.Value.text(\"ann\")]",
            ProgramStage.before
        ),
    ]
}
