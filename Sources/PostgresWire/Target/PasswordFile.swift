import Bytes

/// A password file (`~/.pgpass`): lines of `host:port:database:user:password`, the first that fits
/// counts (PostgreSQL manual, "The Password File"). Reading it, and that nobody else can, is the
/// caller's.
public struct PasswordFile: Sendable {
    private let lines: [[String]]

    /// Reads a file's text. Lines that are no entries are skipped, as libpq does.
    public init(_ text: String) {
        lines = text.split(separator: "\n").compactMap { Self.fields(of: $0) }
    }

    /// The password for a connection; nil when no line fits.
    ///
    /// - Parameter host: as it is written in the connection string, a name, an address or the
    ///   directory of a Unix socket.
    public func password(host: Host, database: String, user: String) -> String? {
        let wanted = [host.nameForPasswords, String(host.port), database, user]
        return lines.first { fields in
            zip(fields, wanted).allSatisfy { $0 == "*" || Self.unescaped($0) == $1 }
        }.map { Self.unescaped($0[4]) }
    }

    /// Five fields, `\` in front of `:` and `\` kept: a lone `*` is no `\*`. The password may hold
    /// colons.
    private static func fields(of line: Substring) -> [String]? {
        var line = line
        if line.last == "\r" { line.removeLast() }
        guard line.first != "#", !line.isEmpty else { return nil }
        var fields: [String] = [""]
        var isEscaped = false
        for character in line {
            if character == ":", !isEscaped, fields.count < 5 {
                fields.append("")
                continue
            }
            fields[fields.count - 1].append(character)
            isEscaped = character == "\\" && !isEscaped
        }
        return fields.count == 5 ? fields : nil
    }

    private static func unescaped(_ field: String) -> String {
        var text = ""
        var isEscaped = false
        for character in field {
            if character == "\\", !isEscaped {
                isEscaped = true
                continue
            }
            text.append(character)
            isEscaped = false
        }
        return text
    }
}
