/// How a value is written on the wire.
public enum ValueFormat: Int16, Hashable, Sendable {
    case text = 0
    case binary = 1
}
