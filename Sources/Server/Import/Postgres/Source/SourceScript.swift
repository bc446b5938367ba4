import Bytes
import Diagnostics
import Disk

/// Reads a script as `pg_dump` writes it (plain format, with rows as COPY or INSERT), statement by
/// statement. Where a statement says what models do not have, it is noted; where one is not
/// understood, it is noted with its line, and nothing is made of it.
struct SourceScript {
    private(set) var database = SourceDatabase()
    /// The schema of names without one.
    var schema = "public"
    /// The statement that is read.
    var statement = ScriptStatement(bytes: [], line: 0, offset: 0)

    /// How much may be kept of what is passed over: a script may be anything.
    private static let notesMax = 500

    /// Reads a whole file.
    ///
    /// - Parameter progress: told now and then how much of it has been read, from 0 to 1.
    /// - Throws: `ImportFault` where the file ends too early, `Problem` when it cannot be read or
    ///   is not such a script.
    static func read(
        _ path: String, progress: (Double) -> Void = { _ in }
    ) throws -> SourceDatabase {
        let input = try InputBytes(path)
        if try input.peek() == UInt8(ascii: "P"), try isCustomFormat(input) {
            throw Problem.customFormat(path)
        }
        try requireEnd(path)
        let reader = ScriptReader(input: input)
        var script = SourceScript()
        var count = 0
        while let statement = try reader.next() {
            script.statement = statement
            try statement.requireUTF8()
            do throws(ScriptFault) {
                try script.read()
            } catch {
                script.note(error)
            }
            if script.takesRows { try script.passRows(reader) }
            count += 1
            if count % 64 == 0, let share = input.share { progress(share) }
        }
        script.noteStrayRows()
        return script.database
    }

    /// A dump says where it ends; what lies behind a cut may be what closes a table.
    private static func requireEnd(_ path: String) throws {
        guard let size = FileSystem.byteCount(of: path), size > 0 else { return }
        let (head, tail) = try (
            lines(of: path, from: 0), lines(of: path, from: max(0, size - endBytes))
        )
        guard head.contains("-- PostgreSQL database dump"),
            !tail.contains("-- PostgreSQL database dump complete")
        else { return }
        throw ImportFault(
            line: 1, malformed: "the dump is cut off: the line that ends it is missing",
            isLast: true)
    }

    private static let endBytes = 4096

    private static func lines(of path: String, from offset: Int) throws -> [Substring] {
        let input = try InputBytes(path, from: offset, line: 1)
        return try input.take { (bytes, isAll) throws(ImportFault) in
            guard bytes.count >= endBytes || isAll else { return nil }
            let count = min(bytes.count, endBytes)
            let text = String(utf8: [UInt8](copying: bytes.extracting(..<count)))
            return (text.split(whereSeparator: \.isNewline), count)
        }
    }

    private static func isCustomFormat(_ input: InputBytes) throws -> Bool {
        try input.take { (bytes, isAll) throws(ImportFault) in
            let mark = Array("PGDMP".utf8)
            guard bytes.count >= mark.count || isAll else { return nil }
            return (
                bytes.count >= mark.count && mark.indices.allSatisfy { bytes[$0] == mark[$0] }, 0
            )
        }
    }

    // MARK: Statements

    /// Says in a script that who is not granted anything has no right.
    static let grantsAreKnown = "SET apus.grants = 'known'"

    /// Whether lines of rows come behind the statement.
    private(set) var takesRows = false

    private mutating func read() throws(ScriptFault) {
        takesRows = false
        var cursor = try TokenCursor(statement.bytes)
        guard case .word(let verb) = cursor.current.kind else { return }
        cursor.advance()
        switch verb {
        case "create": try create(&cursor)
        case "alter": try alter(&cursor)
        case "comment": try comment(&cursor)
        case "grant": try grant(&cursor, isGranted: true)
        case "revoke": try grant(&cursor, isGranted: false)
        case "copy": try copy(&cursor)
        case "insert": try insert(&cursor)
        case "drop" where cursor.accept("policy"): try changePolicy(&cursor)
        case "set":
            if statement.excerpt.hasPrefix(Self.grantsAreKnown) { keep { $0.hasGrants = true } }
        case "select": setSequence(&cursor)
        case "begin", "commit", "start", "drop", "reset", "analyze", "end", "lock",
            "refresh", "security", "notify":
            break
        default: note("\(verb.uppercased()): \(statement.excerpt)")
        }
    }

    private mutating func copy(_ cursor: inout TokenCursor) throws(ScriptFault) {
        guard let path = try? cursor.path() else { return }
        let columns: [String] = cursor.current.isSymbol("(") ? try cursor.names() : []
        guard cursor.accept("from", "stdin") else { return }
        takesRows = true
        copied = (SourceName(path, in: schema), columns)
    }

    private var copied: (name: SourceName, columns: [String])?

    /// Passes the lines behind COPY, and notes where they are.
    private mutating func passRows(_ reader: ScriptReader) throws {
        let start = statement.line(of: statement.bytes.count)
        try reader.skipLine()
        var rows = SourceRows(
            form: .copy, columns: copied?.columns ?? [], offset: reader.input.offset,
            line: reader.input.line)
        var arrays = ArrayLook(rows.columns, of: copied.flatMap { database.table($0.name) })
        while true {
            let isEnd = try reader.line { line in
                arrays.look(at: line)
                return line.count == 2 && line[0] == ASCII.backslash && line[1] == ASCII.dot
            }
            guard let isEnd else {
                throw ImportFault(
                    line: start, malformed: "the file ends within the rows of COPY", isLast: true)
            }
            if isEnd { break }
            rows.count += 1
            rows.rowCount += 1
        }
        guard let name = copied?.name else { return }
        if rows.count > 0 { add(rows, to: name) }
        change(name) { arrays.note(in: &$0) }
    }

    private mutating func insert(_ cursor: inout TokenCursor) throws(ScriptFault) {
        try cursor.expect("into")
        let name = SourceName(try cursor.path(), in: schema)
        let columns: [String] = cursor.current.isSymbol("(") ? try cursor.names() : []
        let rowCount = Self.rowCount(cursor)
        var arrays = ArrayLook(columns, of: database.table(name))
        arrays.look(atValues: &cursor)
        change(name) { arrays.note(in: &$0) }
        let last = database.table(name)?.rows.last
        if let last, last.form == .inserts, last.columns == columns {
            change(name) { table in
                table.rows[table.rows.count - 1].count += 1
                table.rows[table.rows.count - 1].rowCount += rowCount
            }
            return
        }
        add(
            SourceRows(
                form: .inserts, columns: columns, offset: statement.offset, line: statement.line,
                count: 1, rowCount: rowCount), to: name)
    }

    /// The rows of an INSERT, from behind its columns on.
    private static func rowCount(_ cursor: TokenCursor) -> Int {
        var (cursor, count) = (cursor, 0)
        while !cursor.isAtEnd, !cursor.accept("values") { cursor.advance() }
        while cursor.current.isSymbol("(") {
            cursor.skipParentheses()
            count += 1
            guard cursor.accept(symbol: ",") else { break }
        }
        return count
    }

    private mutating func add(_ rows: SourceRows, to name: SourceName) {
        if change(name, { $0.rows.append(rows) }) { return }
        if name.schema == "storage" || name.schema == "auth" {
            // A dump of rows alone.
            var table = SourceTable(name: name, line: statement.line)
            table.rows = [rows]
            database.add(table)
            return
        }
        let line = statement.line
        keep { database in
            database.strayRows[name, default: (line, 0)].count += rows.rowCount
        }
    }

    /// Tells of rows whose tables are not there.
    private mutating func noteStrayRows() {
        for (name, rows) in database.strayRows.sorted(by: { $0.value.line < $1.value.line }) {
            database.passedOver.append(
                SourceNote(
                    line: rows.line,
                    text: "\(counted(rows.count, "row")) of \(name), a table that is not in the "
                        + "source"))
        }
    }

    // MARK: What is kept

    @discardableResult
    mutating func change(_ name: SourceName, _ body: (inout SourceTable) -> Void) -> Bool {
        database.change(name, body)
    }

    mutating func keep(_ body: (inout SourceDatabase) -> Void) { body(&database) }

    mutating func note(_ text: String) {
        guard database.passedOver.count < Self.notesMax else { return }
        database.passedOver.append(SourceNote(line: statement.line, text: text))
    }

    private mutating func note(_ fault: ScriptFault) {
        guard database.passedOver.count < Self.notesMax else { return }
        database.passedOver.append(
            SourceNote(
                line: statement.line(of: fault.offset),
                text: "not understood: \(fault.message), in: \(statement.excerpt)"))
    }

    /// An expression from here on up to what stops it.
    mutating func expression(
        _ cursor: inout TokenCursor, until stops: (TokenCursor) -> Bool = { _ in false }
    ) -> SourceExpression {
        let start = cursor.index
        let line = statement.line(of: cursor.current.offset)
        do throws(ScriptFault) {
            let node = try cursor.expression()
            return SourceExpression(
                text: cursor.text(from: start), line: line, node: node, fault: nil)
        } catch {
            cursor.return(to: start)
            while !cursor.isAtEnd, !stops(cursor), !cursor.current.isSymbol(","),
                !cursor.current.isSymbol(")")
            {
                if cursor.current.isSymbol("(") {
                    cursor.skipParentheses()
                } else {
                    cursor.advance()
                }
            }
            return SourceExpression(
                text: cursor.text(from: start), line: line, node: nil, fault: error.message)
        }
    }
}

extension Problem {
    fileprivate static func customFormat(_ path: String) -> Problem {
        Problem(
            code: "import_custom_format", status: 400,
            message: "\(path) is a dump in pg_dump's custom format.",
            hint: "Make a script of it: pg_restore -f dump.sql \(path)")
    }
}
