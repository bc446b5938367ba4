/// Keys of rows that no asking caller may see, of a model or of one that a column refers to.
///
/// Two servers that differ in hidden rows must answer alike, but for what SQL tells by its nature:
/// unique constraints and references see all rows. So a key that a hidden row has is refused with
/// 23505 where a free one is not (with 42501 if it is an upsert's), a reference to a hidden row is
/// taken, and a row that a hidden one refers to cannot be deleted unless the model says what
/// happens then. PostgreSQL does the same under row security, and so does Supabase. Exactly this is
/// left out: what callers write into keys, unique columns and references never is the value of a
/// row that one server alone has; and a row that one has alone refers to rows that callers can
/// delete only where it goes with them. Callers ask for any key, and write those of rows that both
/// servers have, with other contents. Sign-up tells whether an address has an account; no caller
/// signs up with that of one who is on one server alone.
///
/// A sequence is one for all rows: who may insert sees from the gaps how many rows others inserted
/// meanwhile, visible or not, and from a high number that a hidden row was given by hand, as in
/// PostgreSQL (uuids tell nothing). So hidden rows get their numbers by hand, below zero.
///
/// In which order a write of several rows changes them is where they lie, see ``HeardWords``.
struct HiddenKeys: Sendable {
    /// Of rows that both servers have, with other contents. They are never deleted.
    var shared: [Datum] = []
    /// Of rows that one server may have alone.
    var single: [Datum] = []

    var all: [Datum] { shared + single }

    init() {}

    /// The values of a key column for hidden rows.
    init(_ kind: ColumnKind) {
        shared = (0..<3).map { Self.value(kind, $0) }
        single = (10..<26).map { Self.value(kind, $0) }
    }

    private static func value(_ kind: ColumnKind, _ number: Int) -> Datum {
        switch kind {
        case .uuid: Datum(string: ColumnKind.uuid(ending: 900 + number))
        case .integer, .int32: Datum("-\(number + 1)")
        default: Datum(string: "hidden\(number)")
        }
    }
}

/// What two servers say in the same place of hidden rows and columns, each its own.
enum Side: String, Sendable {
    case left, right

    /// A value of the hidden column.
    func secret(_ number: Int) -> String {
        switch self {
        case .left: "left \(number)"
        case .right: "on the right it is longer, and É \(number)"
        }
    }
}
