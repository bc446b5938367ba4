import Diagnostics
import Store
import StoreSQLite
import Testing
import Values

@Suite struct RestoredTableTests {
    @Test func `a query finds rows that are gone beside those that are there`() throws {
        let database = try SQLiteDatabase.open(.temporary)
        defer { database.close() }
        try database.writeAndWait { transaction throws(Problem) in
            do throws(DatabaseError) {
                try transaction.executeScript(
                    #"""
                    CREATE TABLE "a b"(id INTEGER, "t" TEXT, r REAL, b BLOB) STRICT;
                    INSERT INTO "a b" VALUES (1, 'x', 0.5, X'00')
                    """#
                )
            } catch {
                throw Problem(error)
            }
        }
        var table = RestoredTable(
            name: "a b", columns: [("id", .integer), ("t", .text), ("r", .real), ("b", .bytes)])
        table.append([.integer(.max), .text("é\"\n"), .real(0.1), .blob([0, 0xFF, 0x27])])
        table.append([.integer(7), .text(""), .real(-.infinity), .blob([])])
        table.append([.null, .null, .null, .null])
        let reader = try database.makeReader()
        let id = ValueExpression.column("id", of: "row", type: .integer)
        let query = reader.dialect.text(
            of: SelectStatement(
                table.columns.map { .init(.column($0.name, of: "row", type: $0.type)) },
                from: [.init(.table("a b"), as: "row")],
                where: [.distinct(id, .argument(.integer(5), .integer))],
                order: [.init(id)]))
        let restored = reader.dialect.reading(query, with: [table])
        let rows = try reader.query(text: restored.text, arguments: restored.arguments) {
            (rows: inout Rows) throws(DatabaseError) in
            var found: [[Value]] = []
            while try rows.next() { found.append((0..<4).map { rows.value($0) }) }
            return found
        }
        #expect(
            rows == [
                [.null, .null, .null, .null],
                [.integer(1), .text("x"), .real(0.5), .blob([0])],
                [.integer(7), .text(""), .real(-.infinity), .blob([])],
                [.integer(.max), .text("é\"\n"), .real(0.1), .blob([0, 0xFF, 0x27])],
            ])
        #expect(reader.dialect.reading(query, with: []).text == query.text)
    }
}
