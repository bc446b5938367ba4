import Bytes
import Configuration
import Diagnostics
import Network
import Schema

/// What `apus import` does.
public enum ImportCommand {
    /// Where rows come from, and which tables they go to.
    public enum Source: Sendable {
        /// A file, whose path `-` is standard input, and the table that takes its rows.
        case file(String, table: String)
        /// A folder with a file for each table, named after it.
        case folder(String)
    }

    /// What is to be loaded, and where to.
    public struct Order: Sendable {
        /// The rows.
        public var source: Source
        /// What is done with rows whose key is there; nil refuses them.
        public var conflict: ImportConflict?
        /// Rows at the beginning of the file that are passed over.
        public var skip = 0
        /// Whether it goes on where a load of the same file has been ended.
        public var resumes = false
        /// The file for rows that are refused; nil where the first of them ends the load.
        public var rejects: String?
        /// Where the server answers that uses the database; nil to look for it by the settings.
        public var server: ServerURL?
        /// The file of the authorities that its certificate is judged by; nil for the system's.
        public var authorities: String?

        /// An order.
        public init(_ source: Source) { self.source = source }

        /// Loads a file into a table.
        public init(table: String, file: String) { self.init(.file(file, table: table)) }

        var isOfFolder: Bool { if case .folder = source { true } else { false } }
    }

    /// Loads rows as the service role, through the models' types, checks and defaults: by the
    /// server that uses the database, if one does, and otherwise by one that runs for as long as
    /// that takes. So feeds see the rows, whoever loads them.
    ///
    /// - Parameter progress: told how far it has come, and why it waits.
    /// - Throws: whatever keeps it from beginning, or from going on: no such table, a file that
    ///   cannot be read, a server that is not reached.
    public static func run(
        _ options: ServerOptions, _ order: Order, progress: @escaping (ImportProgress) -> Void
    ) throws -> ImportReport {
        try options.requireProject()
        let schemas = try SchemaSet.load(options)
        let parts = try parts(of: order.source, schemas.catalogue)
        let service = try ServiceConnection(
            options, schemas.settings, to: order.server, trusting: order.authorities)
        defer { service.close() }
        let loads = try ImportLoads(
            order, parts, over: service.connection, marks: options.dataDirectory,
            rowBytesMax: schemas.settings.limits.bodyBytesMax, progress)
        return try loads.run()
    }

    private static func parts(
        of source: Source, _ catalogue: Catalogue
    ) throws -> [LoadOrder.Part] {
        switch source {
        case .file(let file, let table):
            try RowFileForm.requireKnown(file)
            return [LoadOrder.Part(model: try catalogue.requireTable(table), file: file)]
        case .folder(let folder): return try LoadOrder(folder, catalogue).parts
        }
    }
}
