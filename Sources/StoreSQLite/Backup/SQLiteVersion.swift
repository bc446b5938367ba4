import Disk
import Glibc
import SQLite

/// A version of SQLite: 3.40.1 is 3,040,001.
struct SQLiteVersion: Comparable, CustomStringConvertible {
    let number: Int

    /// The one of this program.
    static var library: SQLiteVersion { SQLiteVersion(number: Connection.libraryVersionNumber) }

    /// A version by its number.
    init(number: Int) { self.number = number }

    /// The one that has written the database at `path` last, as its header says (fileformat2.html,
    /// offset 96); nil where there is no such header. Nobody may have it open in this process.
    init?(ofDatabase path: String) {
        guard let file = try? OpenFile(path) else { return nil }
        var header = [UInt8](repeating: 0, count: 100)
        let count = unsafe header.withUnsafeMutableBytes {
            unsafe FileRange(file).read(from: 0, into: $0)
        }
        guard count == 100 else { return nil }
        number = header[96...].reduce(0) { $0 << 8 | Int($1) }
    }

    var description: String { "\(number / 1_000_000).\(number / 1000 % 1000).\(number % 1000)" }

    static func < (left: SQLiteVersion, right: SQLiteVersion) -> Bool { left.number < right.number }
}
