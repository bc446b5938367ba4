import Bytes
import Diagnostics
import Disk
import Glibc
import Schema
import StorePostgres

/// Reads a database over a connection, all of it as it is at one moment, and writes it down as
/// `pg_dump` would: what there is by the same words, and rows as COPY. So there is one reader.
struct LiveSource {
    private let copies: PostgresCopies
    private let target: ExportTarget
    private let schema: String
    private let queries: LiveQuery
    private let takesRows: Bool

    /// Writes a script of a database.
    ///
    /// - Parameters:
    ///   - schema: the schema whose tables are wanted; accounts come with it.
    ///   - takesRows: whether rows are wanted, too.
    ///   - progress: told of each table that is being copied.
    /// - Throws: what the server says, and 58030 where the script cannot be written.
    static func write(
        _ copies: PostgresCopies, to path: String, schema: String, takesRows: Bool,
        progress: (String) -> Void
    ) throws(Problem) {
        // What servers print of expressions names each thing with its schema then.
        _ = try copies.texts("SET LOCAL search_path = ''")
        let source = LiveSource(
            copies: copies, target: try ExportTarget(path), schema: schema,
            queries: LiveQuery(schema: PolicyDialect().literal(schema)), takesRows: takesRows)
        try source.requireSchema()
        for query in source.queries.beforeRows { try source.write(query) }
        if takesRows { try source.writeRows(progress) }
        for query in source.queries.behindRows { try source.write(query) }
        try source.target.finish()
    }

    private func requireSchema() throws(Problem) {
        let found = try copies.texts(
            "SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = \(queries.schema)")
        guard found.isEmpty else { return }
        throw Problem(
            code: "import_no_schema", status: 400,
            message: "The database has no schema \(schema).", hint: "Name one with --schema.")
    }

    /// Writes the statements that a query gives.
    private func write(_ query: String) throws(Problem) {
        for row in try copies.texts(query) {
            guard let text = row.first ?? nil else { continue }
            target.buffer.append(utf8: text + ";\n\n")
            _ = try target.writeIfFull()
        }
    }

    private func writeRows(_ progress: (String) -> Void) throws(Problem) {
        for row in try copies.texts(queries.tablesWithRows) {
            guard let table = row[0], let columns = row[1] else { continue }
            progress(table)
            target.buffer.append(utf8: "COPY \(table) (\(columns)) FROM stdin;\n")
            let copied = CopiedLines(to: target)
            _ = try copies.copyTexts("COPY \(table) (\(columns)) TO STDOUT") { copied.take($0) }
            if let problem = copied.problem { throw problem }
            target.buffer.append(ascii: "\\.\n\n")
        }
    }
}

/// Writes down what COPY sends. Used on the loop while the thread waits.
private final class CopiedLines {
    private let target: ExportTarget
    private(set) var problem: Problem?

    init(to target: ExportTarget) { self.target = target }

    func take(_ piece: Span<UInt8>) -> Bool {
        target.buffer.append(span: piece)
        do throws(Problem) {
            _ = try target.writeIfFull()
            return true
        } catch {
            problem = error
            return false
        }
    }
}
