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
        var backend: Backend?
        defer { backend?.stop() }
        let connection: ServerConnection
        if order.server == nil, let own = try backendUnlessServed(options) {
            backend = own
            let address = ListenAddress(host: "127.0.0.1", port: own.port)
            connection = try ServerConnection(to: ServerURL(address), key: own.keys.service)
        } else {
            connection = try ServerConnection(
                to: try order.server ?? url(of: options, schemas.settings),
                trusting: order.roots(schemas.settings), key: try APIKeys.load(options).service)
        }
        let loads = try ImportLoads(
            order, parts, over: connection, marks: options.dataDirectory, progress)
        return try loads.run()
    }

    private static func parts(
        of source: Source, _ catalogue: Catalogue
    ) throws -> [LoadOrder.Part] {
        switch source {
        case .file(let file, let table):
            [LoadOrder.Part(model: try catalogue.requireModel(table), file: file)]
        case .folder(let folder): try LoadOrder(folder, catalogue).parts
        }
    }

    /// A server of our own; nil where another one holds the database.
    private static func backendUnlessServed(_ options: ServerOptions) throws -> Backend? {
        do {
            return try Backend.start(options, mode: .command)
        } catch let problem as Problem where problem.code == "55006" {
            return nil
        }
    }

    /// Where the server listens that holds the database: as it has said itself, since its settings
    /// need not be ours.
    private static func url(
        of options: ServerOptions, _ settings: Settings
    ) throws -> ServerURL {
        let said = try options.database().server.flatMap { ServerURL($0) }
        guard said != nil || settings.listen.port != 0 else { throw Problem.serverUnknown }
        let isSecure = said?.isSecure ?? (settings.tls.certificate != nil)
        var address = said?.address ?? settings.listen
        if ["0.0.0.0", "::"].contains(address.host) { address.host = "127.0.0.1" }
        return ServerURL(address, isSecure: isSecure)
    }
}

extension ImportCommand.Order {
    /// Whom it trusts to be the server: the one with the project's own certificate, where the
    /// settings say where that is.
    fileprivate func roots(_ settings: Settings) -> TLSClientContext.Roots {
        if let authorities { return .file(authorities) }
        guard server == nil, let certificate = settings.tls.certificate else { return .system }
        return .server(certificate)
    }
}

extension Problem {
    fileprivate static let serverUnknown = Problem(
        code: "server_unknown", status: 500,
        message: "A server uses the database, and where it listens is not known.",
        hint: "Name it with --url URL, or stop it for the time of the import.")
}
