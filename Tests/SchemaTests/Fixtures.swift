@testable import Schema

/// The catalogue of files given by path.
func catalogue(_ files: [(String, String)]) throws(SchemaFailure) -> Catalogue {
    try Catalogue(parsing: files.map { ($0.0, Array($0.1.utf8)) })
}

/// The catalogue of one model called `things`.
func things(_ text: String) throws(SchemaFailure) -> Catalogue {
    try catalogue([("models/things.json", text)])
}

/// The lines of the diagnostics that reading the files gives; empty when they are right.
func diagnostics(_ files: [(String, String)]) -> [String] {
    do throws(SchemaFailure) {
        _ = try catalogue(files)
        return []
    } catch {
        return error.diagnostics.map(\.description)
    }
}
