/// Why a connection string, with what completes it, names no server.
public enum ConnectionStringFault: Error, Hashable, Sendable {
    /// A parameter that has no meaning here; ``ConnectionKey`` has all that do.
    case unknownParameter(String)
    /// A parameter without `=`, or without a name in front of it.
    case missingEquals(String)
    /// A quote that is not closed.
    case unclosedQuote(parameter: String)
    /// A `%` without two hexadecimal digits, or one that hides a NUL.
    case badEscape(String)
    /// A part that stands where it means nothing: most likely of a password that is not encoded.
    case misplaced
    /// `[` without `]`, or something other than `:`, `/`, `,` and `?` behind it.
    case badAddress(String)
    /// A value that its parameter cannot have.
    case badValue(parameter: String, value: String)
    /// More or fewer of the one than of the other, in lists that belong together.
    case countsDiffer(hosts: Int, parameter: String, count: Int)
    /// A service that the service file does not have.
    case unknownService(String)
    /// No user is named, and the caller knows none either.
    case userIsMissing
}

extension ConnectionStringFault: CustomStringConvertible {
    /// What is wrong, in a sentence. Texts are not repeated: a password that is not encoded may
    /// have been taken for anything.
    public var description: String {
        switch self {
        case .unknownParameter(let name): "there is no parameter '\(name)'"
        case .missingEquals:
            "a parameter has no '=' behind its name\(Self.encoding)"
        case .unclosedQuote(let parameter): "the quote of '\(parameter)' is not closed"
        case .badEscape:
            "there is a '%' without two hexadecimal digits, or a NUL\(Self.encoding)"
        case .misplaced: "it cannot be taken apart\(Self.encoding)"
        case .badAddress: "its host is no address\(Self.encoding)"
        case .badValue(let parameter, _):
            "what it has for '\(parameter)' is none of its values\(Self.encoding)"
        case .countsDiffer(let hosts, let parameter, let count):
            "there are \(hosts) hosts and \(count) values of '\(parameter)'"
        case .unknownService(let name): "no service file has the service '\(name)'"
        case .userIsMissing: "no user is named"
        }
    }

    private static let encoding =
        "; what is special in a password is percent-encoded, or leave it to PGPASSWORD or ~/.pgpass"
}
