import Bytes

/// What becomes of the archive of a write-ahead log.
public enum ArchiveEvent: Sendable {
    /// The database was copied to a file of it.
    case copied(path: String, bytes: Int)
    /// Nothing can be written to it, or the copy is missing that is due; that is tried again.
    case failed(Problem)
    /// That is over.
    case resumed
    /// So much waited for it that it was given up: nobody knows the seconds until the next copy.
    case givenUp(bytes: Int)

    /// How much it matters.
    public var level: LogLevel {
        switch self {
        case .copied, .resumed: .info
        case .failed, .givenUp: .error
        }
    }

    /// Its name in the log.
    public var name: String {
        switch self {
        case .copied: "archived"
        case .failed: "archive_failed"
        case .resumed: "archive_resumed"
        case .givenUp: "archive_given_up"
        }
    }

    /// What else the log line says, in order.
    var fields: [JSON.Member] {
        switch self {
        case .copied(let path, let bytes):
            [.init("path", .string(path)), .init("bytes", .integer(Int64(bytes)))]
        case .failed(let problem): Event.fields(of: problem, request: nil)
        case .resumed: []
        case .givenUp(let bytes): [.init("bytes", .integer(Int64(bytes)))]
        }
    }

    /// What it says to a person at a terminal.
    var line: String {
        switch self {
        case .copied(let path, _): "the archive has a copy of the database: \(path)"
        case .failed(let problem): "the archive cannot be written: \(Event.text(of: problem))"
        case .resumed: "the archive has all that had waited for it"
        case .givenUp(let bytes):
            "\(bytes) bytes waited for the archive and are left out of it: the seconds until its "
                + "next copy of the database cannot be restored"
        }
    }
}
