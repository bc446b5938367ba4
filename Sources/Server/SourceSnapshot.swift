import Configuration
import Schema

/// The files of a project as they were at one moment, by their names.
struct SourceSnapshot {
    private let sources: [String: SchemaSource]

    init(_ schemas: SchemaSet) {
        self.init(schemas.catalogue.sources + schemas.migrations)
    }

    private init(_ sources: [SchemaSource]) {
        self.sources = Dictionary(sources.map { ($0.name, $0) }) { first, _ in first }
    }

    /// The files as they are now, with faults or without; nil when they cannot be read.
    static func read(_ options: ServerOptions) -> SourceSnapshot? {
        guard let files = try? Catalogue.files(ofSchemas: options.schemasDirectory) else {
            return nil
        }
        return SourceSnapshot(
            files.map { SchemaSource(path: $0.path, contents: $0.contents) }
                + SchemaSource.migrations(in: options.migrationsDirectory))
    }

    /// The files that said something else before, were not there, or are gone; in order.
    func names(changedFrom before: SourceSnapshot) -> [String] {
        Set(sources.keys).union(before.sources.keys).sorted().filter { !isSame($0, as: before) }
    }

    /// The files that were not there before or had other bytes, whatever they said; in order.
    func names(rewrittenSince before: SourceSnapshot) -> [String] {
        sources.keys.sorted().filter { name in
            guard let file = sources[name], let former = before.sources[name] else { return true }
            return !file.isIdentical(to: former)
        }
    }

    /// Whether a file says the same at both moments. It does when it is there at neither.
    func isSame(_ name: String, as other: SourceSnapshot) -> Bool {
        switch (sources[name], other.sources[name]) {
        case (nil, nil): true
        case (let one?, let two?): one.saysTheSame(as: two)
        case (nil, _?), (_?, nil): false
        }
    }

    /// When a running server takes a file; nil for one that is not there, and for `project.json`.
    func effect(of name: String) -> Effect? { sources[name]?.effect }
}
