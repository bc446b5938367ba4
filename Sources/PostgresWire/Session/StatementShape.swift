import Bytes
import Crypto

/// A statement without its values: what the server parses and plans once for all of its runs.
///
/// The name it gets on the server comes from its text and its parameters' types. Whoever meets the
/// name there, on a connection of a pooler that others prepared on before, meets this statement:
/// never another one.
public final class StatementShape: Sendable {
    /// How long the server is to remember it.
    public enum Use: Hashable, Sendable {
        /// Under its name, as long as the session has room.
        case kept
        /// For one run, as DDL and what is asked once.
        case once
    }

    /// How the columns of its result come.
    public enum ResultFormats: Hashable, Sendable {
        /// All alike.
        case all(ValueFormat)
        /// One for each column.
        case each([ValueFormat])
    }

    /// The SQL text, one statement.
    public let sql: String
    /// The type of each parameter. All should be given: the server then takes unused ones, and
    /// plans for the type of the column and not of a guess.
    public let parameterTypes: [TypeOID]
    /// How long the server is to remember it.
    public let use: Use

    let key: Key
    /// Bytes of its text.
    let size: Int
    /// Its name on the server.
    let name: [UInt8]
    /// What follows `portal\0` in Bind up to the first value: the name, the parameters' formats and
    /// their count. For the unnamed statement, all but the name.
    let bindHead: [UInt8]
    let unnamedBindHead: [UInt8]
    /// What follows the last value: the formats of the result.
    let bindTail: [UInt8]

    /// Half of a digest: two statements never share it.
    struct Key: Hashable {
        let high: UInt64
        let low: UInt64
    }

    /// A statement of up to 65,535 parameters, without NUL in its text.
    public init(
        _ sql: String, parameters: [TypeOID] = [], results: ResultFormats = .all(.binary),
        use: Use = .kept
    ) {
        precondition(parameters.count <= parametersMax, "the protocol counts parameters in 16 bits")
        precondition(!sql.hasNUL, "a statement's text holds no NUL")
        self.sql = sql
        size = sql.utf8.count
        parameterTypes = parameters
        self.use = use
        var identity = Array(sql.utf8) + [0]
        for type in parameters { identity.append(bigEndian: type.rawValue) }
        let digest = Digest.sha256(identity)
        key = Key(
            high: digest.span.bigEndian(at: 0, as: UInt64.self),
            low: digest.span.bigEndian(at: 8, as: UInt64.self))
        name = Array("apus_".utf8) + Array(Hex.encode(digest[..<16]).utf8)
        unnamedBindHead = [0] + Self.formats(of: parameters)
        bindHead = name + unnamedBindHead
        bindTail = Self.formats(results)
    }

    private static func formats(of parameters: [TypeOID]) -> [UInt8] {
        var bytes: [UInt8] = []
        if parameters.allSatisfy({ $0.format == .binary }) {
            bytes.append(bigEndian: 1 as Int16)
            bytes.append(bigEndian: ValueFormat.binary.rawValue)
        } else {
            bytes.append(bigEndian: UInt16(parameters.count))
            for type in parameters { bytes.append(bigEndian: type.format.rawValue) }
        }
        bytes.append(bigEndian: UInt16(parameters.count))
        return bytes
    }

    private static func formats(_ results: ResultFormats) -> [UInt8] {
        var bytes: [UInt8] = []
        let formats =
            switch results {
            case .all(let format): [format]
            case .each(let formats): formats
            }
        bytes.append(bigEndian: UInt16(formats.count))
        for format in formats { bytes.append(bigEndian: format.rawValue) }
        return bytes
    }
}
