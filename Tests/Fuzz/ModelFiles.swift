import Bytes
import Diagnostics
import Expressions
import Store
import StoreSQLite

@testable import Schema

/// A model file is refused, or the table that it declares can be made and is then as declared. How
/// the file is laid out does not matter.
@Sendable func fuzzModelFile(_ bytes: [UInt8]) {
    let catalogue = read(bytes)
    var compact: [UInt8] = []
    compact.append(jsonWithoutBlanks: bytes.span)
    if (try? JSONDocument(parsing: bytes)) != nil {
        require((read(compact) == nil) == (catalogue == nil), "without blanks it is judged anew")
    }
    guard let catalogue, let rulebook = try? Rulebook.compile(catalogue) else { return }
    do {
        let declared = try DeclaredTables(
            catalogue, on: SQLiteMigrations(), render: rulebook.definition)
        let database = try SQLiteDatabase.open(.temporary)
        defer { database.close() }
        try database.make(catalogue, rulebook)
        let structure = try database.inspect { transaction throws(Problem) in
            try migrating { () throws(DatabaseError) in try transaction.structure() }
        }.structure
        let difference = Difference.between(structure, declared)
        require(difference.isEmpty, "\(difference)")
    } catch {
        fatalError("\(error)")
    }
}

/// The file beside two others that it can refer to.
private func read(_ bytes: [UInt8]) -> Catalogue? {
    var files = Project.files.map { (path: $0.key, contents: Array($0.value.utf8)) }
    files.append((path: "models/things.json", contents: bytes))
    return try? Catalogue(parsing: files)
}
