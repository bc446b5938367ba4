import Bytes
import Crypto
import Diagnostics
import Glibc
import Schema
import Store

/// Tells a start that what it would check has been checked before.
///
/// Whether the migration files build what the schema files declare takes a database to find out,
/// made from the files and thrown away: most of the time of a start. The outcome depends on the
/// bytes of those files, on what the database has, and on the programs that judge. A digest of all
/// of these is kept in the database once they have been found to agree; only a start that comes to
/// the same digest passes over the check.
struct SchemaProof {
    /// Nil where the program that runs cannot be told from others: then nothing is proven.
    private let digest: String?

    private static let name = "schema_proof"

    /// - Parameters:
    ///   - live: The statements that make what the database has.
    ///   - engine: The engine of the database, with its version.
    init(_ schemas: SchemaSet, _ migrations: MigrationSet, live: [String], engine: String) {
        guard let program = Self.program else {
            digest = nil
            return
        }
        var facts: [UInt8] = []
        func add(_ bytes: [UInt8]) {
            facts.append(decimal: bytes.count)
            facts.append(ASCII.colon)
            facts += bytes
        }
        add(Array("\(Backend.version) \(engine) \(program)".utf8))
        for (path, contents) in schemas.files {
            add(Array(path.utf8))
            add(contents)
        }
        for file in migrations.files {
            add(Array(file.fileName.utf8))
            add(file.text)
        }
        for statement in live { add(Array(statement.utf8)) }
        digest = Hex.encode(Digest.sha256(facts))
    }

    /// Whether this has been proven.
    func isKept(in database: any ServedDatabase) -> Bool {
        guard let digest else { return false }
        return database.fact(Self.name) == digest
    }

    /// Keeps the proof for the starts to come.
    func keep(in database: any ServedDatabase) throws(Problem) {
        if let digest { try database.note(Self.name, digest) }
    }

    /// Size and time of the program that runs: another build may judge otherwise under the same
    /// version.
    private static var program: String? {
        var status = stat()
        guard unsafe stat("/proc/self/exe", &status) == 0 else { return nil }
        return "\(status.st_size) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
    }
}
