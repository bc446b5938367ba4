import Diagnostics
import Store
import StoreSQLite
import Testing

@testable import Schema

/// A migration file says which engine it is for.
@Suite struct MigrationHeaderTests {
    /// What a file begins with, and what is said of it where SQLite is in use.
    static let headers: [(String, String?)] = [
        ("CREATE TABLE a (x INTEGER) STRICT;", nil),
        ("-- apus: sqlite\nCREATE TABLE a (x INTEGER) STRICT;", nil),
        ("-- add a: written by hand\n\n  --   apus:  sqlite  \r\nSELECT 1;", nil),
        ("-- apus: written by `apus migrate new`.\nSELECT 1;", nil),
        ("--apus: postgresql\nSELECT 1;", nil),
        ("\u{FEFF}-- apus: sqlite\r\nSELECT 1;", nil),
        ("SELECT 1;\n-- apus: postgresql\n", nil),
        ("", nil),
        (
            "-- a\n-- apus: postgresql\nCREATE INDEX CONCURRENTLY i ON $$; begin",
            "2:1: no engine is called \"postgresql\": write '-- apus: sqlite' if the file is for "
                + "SQLite, '-- apus: elsewhere' if the file is for Elsewhere"
        ),
        (
            "-- apus: sqlite\n-- apus: no transaction\nSELECT 1;",
            "2:1: SQLite runs each file in a transaction: take this line out"
        ),
    ]

    @Test(arguments: headers)
    func `a file for no engine that there is is refused by name`(_ text: String, _ fault: String?) {
        #expect(Self.fault(of: text, on: SQLiteDialect().fileForm) == fault)
    }

    private static let marked = MigrationFileForm(
        engine: "elsewhere", productName: "Elsewhere", runsOutsideTransactions: true)

    /// The same where only marked files are taken, and some run outside of a transaction.
    static let elsewhere: [(String, String?)] = [
        ("-- apus: elsewhere\nSELECT 1;", nil),
        ("-- apus: no transaction\n-- apus: elsewhere\nSELECT 1;", nil),
        (
            "SELECT 1;",
            "1:1: the file does not say that it is for Elsewhere: write '-- apus: elsewhere' on "
                + "its first line if it is, '-- apus: sqlite' if the file is for SQLite"
        ),
        (
            "-- apus: else\nSELECT 1;",
            "1:1: no engine is called \"else\": write '-- apus: elsewhere' if the file is for "
                + "Elsewhere, '-- apus: sqlite' if the file is for SQLite"
        ),
    ]

    @Test(arguments: elsewhere)
    func `files without a mark are those of the first engine`(_ text: String, _ fault: String?) {
        #expect(Self.fault(of: text, on: Self.marked) == fault)
    }

    @Test func `a new file says which engine it is for, but for the first`() {
        func text(in form: MigrationFileForm) -> String {
            let file = MigrationFile(
                overcoming: .none, in: form, name: "a", after: nil, now: MigrationTests.now)
            return String(decoding: file.text, as: UTF8.self)
        }
        #expect(text(in: SQLiteDialect().fileForm).hasPrefix("-- a: written by"))
        #expect(text(in: Self.marked).hasPrefix("-- apus: elsewhere\n-- a: written by"))
    }

    private static func fault(of text: String, on form: MigrationFileForm) -> String? {
        let bytes = Array(text.utf8)
        let others = [SQLiteDialect().fileForm, marked].filter { $0.engine != form.engine }
        return MigrationHeader(bytes).fault(against: form, beside: others).map { fault in
            let place = SourceFile(path: "a", bytes: bytes).location(fault.offset)
            return "\(place): \(fault.message)".replacing("a:", with: "", maxReplacements: 1)
        }
    }
}
