import Query
import Values

/// An expression as written: nothing is resolved or typed yet.
indirect enum Syntax {
    /// A name of one or more parts, such as `title` or `m.room.owner_id`.
    case name([String], Int)
    case text(String, Int)
    /// A number as written, with its sign.
    case number(String, Int)
    case boolean(Bool, Int)
    case null(Int)
    case not(Syntax, Int)
    /// Operands of one chain of `and`.
    case all([Syntax], Int)
    /// Operands of one chain of `or`.
    case any([Syntax], Int)
    case comparison(Comparison, Syntax, Syntax, Int)
    case isNull(Syntax, Int)
    /// `is true`, `is false`; `is unknown` is `isNull` of a boolean.
    case isTruth(Syntax, TruthTest, Int)
    case isDistinct(Syntax, Syntax, Int)
    case membership(Syntax, [Syntax], Int)
    case between(Syntax, Syntax, Syntax, Int)
    case like(Syntax, Syntax, ignoresCase: Bool, Int)
    case concatenation(Syntax, Syntax, Int)
    case arithmetic(Arithmetic, Syntax, Syntax, Int)
    /// `case`; where it compares one value with others, each arm does.
    case choice([Arm], otherwise: Syntax?, Int)
    /// `->` and `->>`.
    case member(Syntax, Syntax, asText: Bool, Int)
    /// A type's name as written, in lower case.
    case cast(Syntax, String, Int)
    /// A function's name in lower case, such as `auth.uid`.
    case call(String, [Syntax], Int)
    case exists(model: String, alias: String?, condition: Syntax?, Int)
    case can(verb: String, relation: [String], Int)
    case changed([String], Int)

    /// What is chosen where a condition is true.
    struct Arm {
        let when: Syntax
        let then: Syntax
    }

    enum TruthTest { case isTrue, isFalse, isUnknown }

    /// Where the part that names the node starts, in bytes.
    var offset: Int {
        switch self {
        case .name(_, let offset), .text(_, let offset), .number(_, let offset),
            .boolean(_, let offset), .null(let offset), .not(_, let offset), .all(_, let offset),
            .any(_, let offset), .comparison(_, _, _, let offset), .isNull(_, let offset),
            .isTruth(_, _, let offset), .isDistinct(_, _, let offset),
            .membership(_, _, let offset), .between(_, _, _, let offset),
            .like(_, _, _, let offset), .concatenation(_, _, let offset),
            .arithmetic(_, _, _, let offset), .choice(_, _, let offset),
            .member(_, _, _, let offset), .cast(_, _, let offset), .call(_, _, let offset),
            .exists(_, _, _, let offset), .can(_, _, let offset), .changed(_, let offset):
            offset
        }
    }
}
