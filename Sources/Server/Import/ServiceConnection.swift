import Configuration
import Diagnostics
import Network

/// A connection that a command speaks as the service role over: to the server that uses the
/// database, if one does, and otherwise to one that runs for as long as the command does. So feeds
/// see what is written, whoever writes it.
final class ServiceConnection {
    /// What requests are sent over.
    let connection: ServerConnection
    /// A server of our own.
    private let backend: Backend?

    /// Connects.
    ///
    /// - Parameters:
    ///   - server: where the server answers; nil to look for it by the settings.
    ///   - authorities: the file of the authorities that its certificate is judged by; nil for the
    ///     system's.
    /// - Throws: what keeps a server from starting, or from being reached.
    init(
        _ options: ServerOptions, _ settings: Settings, to server: ServerURL?,
        trusting authorities: String?
    ) throws {
        if server == nil, let own = try Self.backendUnlessServed(options) {
            backend = own
            connection = try ServerConnection(
                to: ServerURL(ListenAddress(host: "127.0.0.1", port: own.port)),
                key: own.keys.service)
            return
        }
        backend = nil
        connection = try ServerConnection(
            to: try server ?? Self.url(of: options, settings),
            trusting: Self.roots(settings, of: server, authorities),
            key: try APIKeys.load(options).service)
    }

    /// Stops the server of our own, if there is one.
    func close() { backend?.stop() }

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

    /// Whom it trusts to be the server: the one with the project's own certificate, where the
    /// settings say where that is.
    private static func roots(
        _ settings: Settings, of server: ServerURL?, _ authorities: String?
    ) -> TLSClientContext.Roots {
        if let authorities { return .file(authorities) }
        guard server == nil, let certificate = settings.tls.certificate else { return .system }
        return .server(certificate)
    }
}

extension Problem {
    fileprivate static let serverUnknown = Problem(
        code: "server_unknown", status: 500,
        message: "A server uses the database, and where it listens is not known.",
        hint: "Name it with --url URL, or stop it for the time of the command.")
}
