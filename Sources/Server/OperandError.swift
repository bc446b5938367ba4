/// An operand of a command line that cannot be used.
public struct OperandError: Error, Sendable {
    /// What is wrong with it.
    public let message: String

    init(_ message: String) { self.message = message }
}
