import Bytes
import Configuration
public import Diagnostics
import Network
import Schema

/// What `apus import` does.
public enum ImportCommand {
    /// What is to be loaded, and where to.
    public struct Order: Sendable {
        /// The model whose table takes the rows.
        public var table: String
        /// The file's path; `-` is standard input.
        public var file: String
        /// What is done with rows whose key is there; nil refuses them.
        public var conflict: ImportConflict?
        /// Rows at the beginning of the file that are passed over.
        public var skip: Int
        /// Where the server answers that uses the database; nil to look for it by the settings.
        public var server: ServerURL?
        /// The file of the authorities that its certificate is judged by; nil for the system's.
        public var authorities: String?

        /// An order.
        public init(
            table: String, file: String, conflict: ImportConflict? = nil, skip: Int = 0,
            server: ServerURL? = nil, authorities: String? = nil
        ) {
            self.table = table
            self.file = file
            self.conflict = conflict
            self.skip = skip
            self.server = server
            self.authorities = authorities
        }
    }

    /// Loads the rows of a file as the service role, through the models' types, checks and
    /// defaults: by the server that uses the database, if one does, and otherwise by one that runs
    /// for as long as that takes. So feeds see the rows, whoever loads them.
    ///
    /// - Parameter progress: told how far it has come, and why it waits.
    /// - Throws: whatever keeps it from beginning, or from going on: no such table, a file that
    ///   cannot be read, a server that is not reached.
    public static func run(
        _ options: ServerOptions, _ order: Order, progress: @escaping (ImportProgress) -> Void
    ) throws -> ImportReport {
        try options.requireProject()
        let schemas = try SchemaSet.load(options)
        let model = try model(order.table, of: schemas.catalogue)
        let input = try InputBytes(order.file)
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
        var load = TableImport(
            model.name, over: connection, conflict: order.conflict, progress: progress)
        let start = ContinuousClock.now
        let fault = try self.load(input, of: model, skipping: order.skip, into: &load)
        return ImportReport(
            order, file: input.name, count: load.count, time: ContinuousClock.now - start, fault)
    }

    private static func load(
        _ input: InputBytes, of model: Model, skipping count: Int, into load: inout TableImport
    ) throws -> ImportFault? {
        do {
            var records = try ImportFormat.records(of: input, for: model)
            for _ in 0..<count {
                guard try records.next() != nil else { break }
            }
            return try load.load(records)
        } catch let fault as ImportFault {
            return fault
        }
    }

    private static func model(_ name: String, of catalogue: Catalogue) throws -> Model {
        if let model = catalogue.model(name) { return model }
        var message = "there is no model '\(name)'"
        if let near = nearest(name, in: catalogue.models.map(\.name)) {
            message += "; did you mean '\(near)'?"
        }
        throw OperandError(message)
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

/// What an import has come to.
public struct ImportReport: Sendable {
    private let order: ImportCommand.Order
    private let count: Int
    private let seconds: Double
    /// What stopped it, and where that is of a row `FILE:LINE`; nil when all rows are in.
    public let fault: (place: String?, problem: Problem)?

    init(
        _ order: ImportCommand.Order, file: String, count: Int, time: Duration,
        _ fault: ImportFault?
    ) {
        self.order = order
        self.count = count
        seconds = time / .seconds(1)
        self.fault = fault.map { fault in
            (place: fault.line.map { "\(file):\($0)" }, problem: fault.problem)
        }
    }

    /// A sentence or two for people.
    public var text: String {
        let rate = seconds > 0 ? Int(Double(count) / seconds) : count
        let rows = "\(counted(count, "row")) in \((seconds * 10).rounded() / 10) s"
        guard fault != nil else { return "\(rows), \(rate) a second" }
        if order.skip + count == 0 { return rows }
        return "\(rows); --skip \(order.skip + count) goes on behind them"
    }

    /// An object for scripts.
    public var json: String {
        let fault: JSON =
            fault.map { place, problem in
                [
                    "at": place.map { JSON.string($0) } ?? .null, "code": .string(problem.code),
                    "message": .string(problem.message),
                ]
            } ?? .null
        let object: JSON = [
            "table": .string(order.table), "skipped": .integer(Int64(order.skip)),
            "rows": .integer(Int64(count)), "milliseconds": .integer(Int64(seconds * 1000)),
            "fault": fault,
        ]
        return String(utf8: object.bytes)
    }
}

extension Problem {
    fileprivate static let serverUnknown = Problem(
        code: "server_unknown", status: 500,
        message: "A server uses the database, and where it listens is not known.",
        hint: "Name it with --url URL, or stop it for the time of the import.")
}
