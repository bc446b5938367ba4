/// A five-character error code (PostgreSQL manual, "PostgreSQL Error Codes").
public struct SQLState: Hashable, Sendable {
    /// The five bytes, the first one highest.
    private let packed: UInt64

    /// A code; nil unless it has five digits and upper-case letters.
    public init?(_ text: String) {
        var packed: UInt64 = 0
        guard text.utf8.count == 5 else { return nil }
        for byte in text.utf8 {
            guard (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) else { return nil }
            packed = packed << 8 | UInt64(byte)
        }
        self.packed = packed
    }

    private init(known text: StaticString) {
        precondition(text.utf8CodeUnitCount == 5, "an SQLSTATE has five characters")
        packed = text.withUTF8Buffer { bytes in
            var packed: UInt64 = 0
            for index in 0..<5 { packed = unsafe packed << 8 | UInt64(bytes[index]) }
            return packed
        }
    }

    /// The five characters.
    public var text: String {
        String(
            decoding: (0..<5).map { UInt8(truncatingIfNeeded: packed >> (32 - 8 * $0)) },
            as: UTF8.self)
    }

    /// The first two characters: the class of the condition.
    public var classText: String { String(text.prefix(2)) }

    /// A statement's plan or the feature asked for is not supported any more.
    public static let featureNotSupported = SQLState(known: "0A000")
    /// The server's own words for a client that breaks the protocol.
    public static let protocolViolation = SQLState(known: "08P01")
    /// A statement would change a row twice.
    public static let cardinalityViolation = SQLState(known: "21000")
    /// The result of a number's operation has no room in its type.
    public static let numericValueOutOfRange = SQLState(known: "22003")
    /// A text has a character that the server cannot hold: NUL.
    public static let characterNotInRepertoire = SQLState(known: "22021")
    /// A pattern ends within an escape.
    public static let invalidEscapeSequence = SQLState(known: "22025")
    /// A sequence has given its last number.
    public static let sequenceGeneratorLimitExceeded = SQLState(known: "2200H")
    /// A row is referred to, and the reference says RESTRICT; 23503 before PostgreSQL 18.
    public static let restrictViolation = SQLState(known: "23001")
    /// A column has no value that must have one.
    public static let notNullViolation = SQLState(known: "23502")
    /// A row refers to none, or is referred to.
    public static let foreignKeyViolation = SQLState(known: "23503")
    /// A key is taken.
    public static let uniqueViolation = SQLState(known: "23505")
    /// A row does not keep a check.
    public static let checkViolation = SQLState(known: "23514")
    /// The transaction, or the server, takes no writes.
    public static let readOnlyTransaction = SQLState(known: "25006")
    /// The statement's name is not known.
    public static let invalidStatementName = SQLState(known: "26000")
    /// The role is not known, may not sign in, or may not from here.
    public static let invalidAuthorization = SQLState(known: "28000")
    /// The password is wrong.
    public static let invalidPassword = SQLState(known: "28P01")
    /// There is no such database.
    public static let invalidCatalogName = SQLState(known: "3D000")
    /// What the transaction has read has been changed by another one.
    public static let serializationFailure = SQLState(known: "40001")
    /// The transaction was given up for others that it waited for and that waited for it.
    public static let deadlockDetected = SQLState(known: "40P01")
    /// The role may not do this.
    public static let insufficientPrivilege = SQLState(known: "42501")
    /// The statement's name is taken.
    public static let duplicatePreparedStatement = SQLState(known: "42P05")
    /// The server's disk is full.
    public static let diskFull = SQLState(known: "53100")
    /// No connection is left for us.
    public static let tooManyConnections = SQLState(known: "53300")
    /// A value is larger than the server can make one.
    public static let programLimitExceeded = SQLState(known: "54000")
    /// A statement has more levels than the server's stack.
    public static let statementTooComplex = SQLState(known: "54001")
    /// A lock was not to be had in time.
    public static let lockNotAvailable = SQLState(known: "55P03")
    /// The statement was cancelled, by a request or by a time limit.
    public static let queryCanceled = SQLState(known: "57014")
    /// The server starts, stops or recovers: it takes nobody yet.
    public static let cannotConnectNow = SQLState(known: "57P03")
    /// What an error without a valid code counts as.
    public static let raiseException = SQLState(known: "P0001")
    /// See above.
    public static let internalError = SQLState(known: "XX000")
}

extension SQLState: CustomStringConvertible {
    /// The five characters.
    public var description: String { text }
}
