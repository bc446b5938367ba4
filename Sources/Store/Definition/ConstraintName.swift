import Bytes

/// PostgreSQL's default names of constraints and indexes, on every engine alike: in refusals,
/// clients see them.
public enum ConstraintName {
    /// The longest name that PostgreSQL keeps, in bytes. Of a longer one it drops the end and says
    /// nothing; it would not be found again.
    public static let bytesMax = 63

    /// `{table}_{column}_{column}_{kind}`. Where that is too long, the start of it, a hash of the
    /// whole and the kind, which tell it from others: `{start}_{8 hexadecimal digits}_{kind}`.
    ///
    /// - Parameter kind: `pkey`, `key`, `fkey`, `check`, `idx`, `fkey_idx`, or one with a number
    ///   behind it.
    public static func of(_ table: String, _ columns: [String], _ kind: String) -> String {
        let whole = ([table] + columns + [kind]).joined(separator: "_")
        if whole.utf8.count <= bytesMax { return whole }
        let digits = String(UInt32(truncatingIfNeeded: FNV1a.hash(Array(whole.utf8))), radix: 16)
        let hash = String(repeating: "0", count: 8 - digits.count) + digits
        let end = "_\(hash)_\(kind)"
        return start(of: whole, bytes: bytesMax - end.utf8.count) + end
    }

    /// As many whole characters as fit.
    private static func start(of name: String, bytes: Int) -> String {
        var start = String.UnicodeScalarView()
        var left = bytes
        for scalar in name.unicodeScalars {
            left -= UTF8.width(scalar)
            if left < 0 { break }
            start.append(scalar)
        }
        return String(start)
    }

    /// The first of `of(table, columns, kind)`, with 1, 2 … behind it, that is not taken.
    public static func free(
        _ table: String, _ columns: [String], _ kind: String, taken: [String]
    ) -> String {
        var name = of(table, columns, kind)
        var number = 1
        while taken.contains(name) {
            name = of(table, columns, "\(kind)\(number)")
            number += 1
        }
        return name
    }
}
