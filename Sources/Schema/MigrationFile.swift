import Bytes
public import Diagnostics
public import Store

/// One file of `Migrations/`: `20261121T101500_create_posts.sql`. Once applied anywhere it must not
/// change any more.
public struct MigrationFile: Hashable, Sendable {
    /// The moment it was made, which orders the files: `20261121T101500`.
    public let version: String
    /// What it does: `create_posts`.
    public let name: String
    /// The path for messages: `Migrations/20261121T101500_create_posts.sql`.
    public let path: String
    /// The SQL.
    public let text: [UInt8]

    /// The file's name.
    public var fileName: String { "\(version)_\(name).sql" }

    /// Whether the file says that it cannot run in a transaction.
    public var runsOutsideTransaction: Bool { MigrationHeader(text).says(.noTransaction) }

    /// Whether the file says that foreign keys are to be off while it runs.
    public var suspendsForeignKeys: Bool { MigrationHeader(text).says(.foreignKeysOff) }

    /// Whether the file says that what it drops may hold rows and values.
    public var isDestructive: Bool { MigrationHeader(text).says(.destructive) }

    /// What it says of itself beside its statements, a line each: of a generated file, what it
    /// does.
    public var comments: [String] {
        String(utf8: text).split(separator: "\n").compactMap { line in
            guard line.hasPrefix("-- "), !line.hasPrefix("-- apus:"),
                !line.hasSuffix(MigrationHeader.signature), !line.hasPrefix(Self.reviewed)
            else { return nil }
            return String(line.dropFirst(3))
        }
    }

    private static let reviewed = "-- Review it, commit it"

    /// Whether its statements are those that were generated, which change nothing but structures.
    public func isAsGenerated(in dialect: any DefinitionDialect) -> Bool {
        guard let sum = MigrationHeader(text).statementsSum else { return false }
        return sum == MigrationHeader.sum(of: dialect.script(text).statements.map(\.text))
    }

    /// Tells whether an applied file was edited afterwards: the length in bytes and the 64-bit
    /// FNV-1a hash of what it says without the lines that name an engine. It guards against
    /// mistakes, not against forgers: who can edit the files can edit the database too.
    public var checksum: String { Self.checksum(MigrationHeader.withoutEngine(text)) }

    /// Whether this is the file that was recorded with a checksum, in a database whose files are of
    /// a form. The line that names the engine may have come or gone since: whoever takes up another
    /// engine writes it into files that are applied. Records of before it was left out count it.
    func isRecorded(as recorded: String, in form: MigrationFileForm) -> Bool {
        let bare = MigrationHeader.withoutEngine(text)
        let headed = Array("\(MigrationHeader.mark(of: form))\n".utf8) + bare
        return [bare, text, headed].contains { Self.checksum($0) == recorded }
    }

    private static func checksum(_ text: [UInt8]) -> String {
        let digits = String(FNV1a.hash(text), radix: 16)
        return "\(text.count):" + String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// A file called `fileName`; nil when the name is not of the form `YYYYMMDDTHHMMSS_name.sql`.
    public init?(fileName: String, directory: String = "Migrations", text: [UInt8]) {
        let parts = fileName.split(separator: "_", maxSplits: 1).map(String.init)
        guard parts.count == 2, Self.isVersion(parts[0]), Self.isMoment(parts[0]),
            parts[1].hasSuffix(".sql")
        else { return nil }
        let name = String(parts[1].dropLast(4))
        guard !name.isEmpty, name == Self.spelled(name) else { return nil }
        version = parts[0]
        self.name = name
        path = "\(directory)/\(fileName)"
        self.text = text
    }

    /// The name in the form file names have: lower case, everything but letters and digits as `_`.
    public static func spelled(_ name: String) -> String {
        let bytes = name.lowercased().utf8.map { byte in
            ASCII.isNameByte(byte) ? byte : UInt8(ascii: "_")
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// What is wrong with a name that no file can have, and which it should have; for names that
    /// end with `.sql`, in whatever letters.
    static func fault(ofName name: String) -> (message: String, suggestion: String?) {
        let parts = name.split(separator: "_", maxSplits: 1).map(String.init)
        if let version = parts.first, isVersion(version), !isMoment(version) {
            return ("there is no moment \(version), by which the file is called", nil)
        }
        let stem = spelled(String((parts.dropFirst().first ?? "").dropLast(4)))
        let near = "\(parts[0])_\(stem).sql"
        let isRight = MigrationFile(fileName: near, text: []) != nil
        return (
            "a migration file is called YYYYMMDDTHHMMSS_name.sql, the name in lower case",
            isRight ? near : nil
        )
    }

    /// Whether a version names an hour that has been or will be. Its minutes and seconds may be
    /// more than an hour and a minute have: so files were called once that were written one right
    /// behind the other.
    private static func isMoment(_ version: String) -> Bool {
        let numbers = [4, 2, 2].reduce(into: (rest: version[...], found: [Int]())) { read, count in
            read.found.append(Int(read.rest.prefix(count)) ?? 0)
            read.rest = read.rest.dropFirst(count)
        }
        let (date, hour) = (numbers.found, Int(numbers.rest.dropFirst().prefix(2)) ?? 24)
        return CivilDate(year: date[0], month: date[1], day: date[2]) != nil && hour < 24
    }

    private static func isVersion(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return bytes.count == 15 && bytes[8] == UInt8(ascii: "T")
            && bytes.enumerated().allSatisfy { $0 == 8 || ASCII.isDigit($1) }
    }

    /// A new file that overcomes a difference in an engine's form, with a version after `previous`.
    ///
    /// The version is the moment `now` in UTC, or the second after `previous` when the clock is
    /// behind it.
    public init(
        overcoming difference: Difference, in form: MigrationFileForm, name: String,
        after previous: String?, now: Instant, directory: String = "Migrations"
    ) {
        let version = Self.version(after: previous, now: now)
        self.version = version
        self.name = Self.spelled(name)
        path = "\(directory)/\(version)_\(Self.spelled(name)).sql"
        var lines = [MigrationHeader.line(for: form)].compactMap(\.self)
        if form.suspendsForeignKeys, difference.suspendsForeignKeys {
            lines.append(MigrationHeader.Directive.foreignKeysOff.line)
        }
        if form.runsOutsideTransactions, difference.standsAlone {
            lines.append(MigrationHeader.Directive.noTransaction.line)
        }
        if !difference.losses.isEmpty { lines.append(MigrationHeader.Directive.destructive.line) }
        lines.append("-- \(Self.spelled(name)): \(MigrationHeader.signature)")
        lines.append("\(Self.reviewed), and do not change it once it has been applied.")
        lines.append(
            MigrationHeader.line(summing: difference.steps.flatMap(\.statements).map(\.text)))
        for step in difference.steps { lines += Self.lines(of: step) }
        text = Array((lines.joined(separator: "\n") + "\n").utf8)
    }

    private static func lines(of step: Difference.Step) -> [String] {
        var lines = [""]
        let cost = step.cost.map { " (\($0))" } ?? ""
        lines += step.items.map { item in
            comment("-- \(item.description)\(item.loses ? ", and with it what it holds" : "")")
        }
        if lines.count > 1 { lines[lines.count - 1] += cost }
        for statement in step.statements {
            if let expectation = statement.expectation {
                lines.append(comment(MigrationScript.expectationMark + expectation))
            }
            lines.append("\(statement.text);")
        }
        return lines
    }

    /// A comment ends with its line, and what it quotes may have several.
    private static func comment(_ text: String) -> String {
        String(text.map { $0.isNewline ? " " : $0 })
    }

    private static func version(after previous: String?, now: Instant) -> String {
        let digits = now.postgres.utf8.prefix(19).filter(ASCII.isDigit)
        var version = String(decoding: digits, as: UTF8.self)
        if let last = previous?.filter({ $0 != "T" }), last >= version, let number = Int64(last) {
            version = secondAfter(last) ?? String(number + 1)
        }
        version.insert("T", at: version.index(version.startIndex, offsetBy: 8))
        return version
    }

    /// The digits of the second after one; nil for what is none.
    private static func secondAfter(_ digits: String) -> String? {
        guard let number = Int(digits), digits.utf8.count == 14,
            let date = CivilDate(
                year: number / 10_000_000_000, month: number / 100_000_000 % 100,
                day: number / 1_000_000 % 100)
        else { return nil }
        let (hour, minute, second) = (number / 10_000 % 100, number / 100 % 100, number % 100)
        guard hour < 24, minute < 60, second < 60 else { return nil }
        let seconds = date.daysSinceEpoch * 86_400 + hour * 3600 + minute * 60 + second + 1
        let text = Instant(seconds: Int64(seconds)).postgres.utf8.prefix(19).filter(ASCII.isDigit)
        return String(decoding: text, as: UTF8.self)
    }
}
