import CFaultyDisk
import CSQLite
import Testing

/// A call of SQLite's to the system that fails, and how.
struct DiskFault: Sendable, CustomTestStringConvertible {
    /// Whether it is one call that fails, or that one and all after it.
    enum Duration: CaseIterable {
        case once, lasting
    }

    let name: String
    let call: faulty_call
    /// SQLite's code for it (rescode.html).
    let code: Int32
    /// Whether half of what is to be written is written all the same.
    let isHalf: Bool
    let duration: Duration

    var testDescription: String { "\(name), \(duration)" }

    private static let calls: [(String, faulty_call, Int32, isHalf: Bool)] = [
        ("no file is opened", FAULTY_OPEN, SQLITE_CANTOPEN, false),
        ("EIO from read", FAULTY_READ, extended(1), false),
        ("EIO from write", FAULTY_WRITE, extended(3), false),
        ("ENOSPC from write", FAULTY_WRITE, SQLITE_FULL, false),
        ("a short write, then ENOSPC", FAULTY_WRITE, SQLITE_FULL, true),
        ("EIO from truncate", FAULTY_TRUNCATE, extended(6), false),
        ("EIO from fsync", FAULTY_SYNC, extended(4), false),
        ("EIO from fstat", FAULTY_SIZE, extended(7), false),
        ("no lock", FAULTY_LOCK, extended(15), false),
        ("no shared memory", FAULTY_SHM_MAP, extended(21), false),
        ("no lock on shared memory", FAULTY_SHM_LOCK, extended(20), false),
        ("EIO from unlink", FAULTY_DELETE, extended(10), false),
        ("EIO from access", FAULTY_ACCESS, extended(13), false),
    ]

    /// The composite codes of `SQLITE_IOERR`, which are not imported.
    private static func extended(_ detail: Int32) -> Int32 { SQLITE_IOERR | detail << 8 }

    static let all = Duration.allCases.flatMap { duration in
        calls.map { name, call, code, isHalf in
            DiskFault(name: name, call: call, code: code, isHalf: isHalf, duration: duration)
        }
    }
}
