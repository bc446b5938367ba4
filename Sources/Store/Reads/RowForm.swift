/// What the rows of an answer become.
public enum RowForm: Hashable, Sendable {
    /// A JSON array of objects.
    case array(stripsNulls: Bool)
    /// The one object; of several rows only the first is encoded, and all are counted.
    case object(stripsNulls: Bool)

    /// Whether it is the one object.
    public var isObject: Bool { if case .object = self { true } else { false } }

    /// Whether members that are null are left out, at every depth.
    public var stripsNulls: Bool {
        switch self {
        case .array(let strips), .object(let strips): strips
        }
    }
}
