/// Bytes or text that are no value of their type, or one that a Swift number does not hold.
public enum FormatFault: Error, Hashable, Sendable {
    /// As many bytes as no value of the type has.
    case wrongSize(Int, type: TypeOID)
    /// The bytes do not have the form of the type.
    case malformed(TypeOID)
    /// A value beyond what is asked for: a year after 294246, too many digits.
    case outOfRange(TypeOID)
    /// A numeric that is NaN or infinite, where a number of digits is asked for.
    case notFinite(TypeOID)
    /// A numeric with more digits behind the point than the scale has.
    case inexact(TypeOID)
    /// An array of another element type than was asked for.
    case wrongElement(TypeOID, expected: TypeOID)
}
