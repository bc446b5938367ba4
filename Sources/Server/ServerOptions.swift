import Bytes
public import Diagnostics
import Glibc

/// What the operator chose: where the project and its data are and how to serve them.
public struct ServerOptions: Sendable {
    /// The folder that holds `Schemas/` and `Migrations/`.
    public let projectDirectory: String
    /// The folder of `apus.db` and `secrets.json`.
    public let dataDirectory: String
    /// The host to listen on: an address or a name.
    public let host: String
    /// The port to listen on; 0 picks a free one.
    public let port: Int
    /// How many event loops serve.
    public let loops: Int
    /// Events below this level are not logged.
    public let logLevel: LogLevel
    /// The form of the log; nil takes text in development and JSON in production.
    public let logFormat: LogFormat?
    /// PEM files of the certificate chain and its key; nil serves plain HTTP.
    public let tls: (certificate: String, key: String)?

    /// The database file.
    public var databasePath: String { dataDirectory + "/apus.db" }
    /// The folder of the schema files.
    public var schemasDirectory: String { Self.path("Schemas", in: projectDirectory) }
    /// The folder of the migration files.
    public var migrationsDirectory: String { Self.path("Migrations", in: projectDirectory) }

    /// Judges the words of a command line; nil stands for "not given".
    ///
    /// - Throws: `OptionError` naming the option at fault.
    public init(
        project: String? = nil, data: String? = nil, listen: String? = nil, loops: String? = nil,
        logLevel: String? = nil, logFormat: String? = nil, tlsCertificate: String? = nil, tlsKey: String? = nil
    ) throws(OptionError) {
        for (option, path) in [("--project", project), ("--data", data)] where path == "" {
            throw OptionError("\(option) takes the path of a folder, not ''")
        }
        projectDirectory = Self.trimmed(project ?? ".")
        dataDirectory = Self.trimmed(data ?? Self.path(".apus", in: projectDirectory))
        (host, port) = try Self.parse(listen: listen ?? "127.0.0.1:54321")
        self.loops = try Self.parse(loops: loops)
        self.logLevel = try Self.parse(logLevel: logLevel ?? "info")
        self.logFormat = try logFormat.map(Self.parse(logFormat:))
        switch (tlsCertificate, tlsKey) {
        case (nil, nil): tls = nil
        case (let certificate?, let key?): tls = (certificate, key)
        case (nil, _?): throw OptionError("--tls-key needs --tls-certificate")
        case (_?, nil): throw OptionError("--tls-certificate needs --tls-key")
        }
    }

    private static func trimmed(_ path: String) -> String {
        var path = path
        while path.count > 1 && path.hasSuffix("/") { path.removeLast() }
        return path
    }

    /// A name in a folder; the current folder is not worth a word.
    private static func path(_ name: String, in folder: String) -> String {
        folder == "." ? name : folder == "/" ? "/\(name)" : "\(folder)/\(name)"
    }

    private static func parse(logFormat: String) throws(OptionError) -> LogFormat {
        if let format = LogFormat(rawValue: logFormat) { return format }
        let names = LogFormat.allCases.map(\.rawValue).joined(separator: ", ")
        throw OptionError("--log-format takes one of \(names), not '\(logFormat)'")
    }

    private static func parse(listen: String) throws(OptionError) -> (String, Int) {
        let colon = listen.lastIndex(of: ":")
        let digits = colon.map { listen[listen.index(after: $0)...] } ?? listen[...]
        let host = colon.map { listen[..<$0] } ?? ""
        guard digits.utf8.allSatisfy(ASCII.isDigit), let port = Int(digits), port <= 65_535,
            let bare = bareHost(host)
        else {
            throw OptionError(
                "--listen takes HOST:PORT, such as 127.0.0.1:54321 or [::1]:54321, not '\(listen)'")
        }
        // Other programs take it for every interface; who did not mean that must not find out late.
        guard !bare.isEmpty && bare != "*" else {
            throw OptionError(
                "--listen '\(listen)' names no host: 127.0.0.1:\(port) is for this machine alone, "
                    + "0.0.0.0:\(port) for every machine that can reach it")
        }
        return (bare, port)
    }

    /// A host without the brackets of an IPv6 address; nil when it is none (RFC 3986 §3.2.2).
    private static func bareHost(_ host: Substring) -> String? {
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]") && host.count > 1
        let bare = isBracketed ? host.dropFirst().dropLast() : host
        let isClean = bare.utf8.allSatisfy { byte in
            byte > ASCII.space && byte < 0x7F && !"/[]@\\".utf8.contains(byte)
        }
        return isClean && (isBracketed || !bare.contains(":")) ? String(bare) : nil
    }

    /// The URL of the server: `http://[::1]:54321`.
    func url(port: Int) -> String {
        let scheme = tls == nil ? "http" : "https"
        return "\(scheme)://\(host.contains(":") ? "[\(host)]" : host):\(port)"
    }

    private static func parse(loops: String?) throws(OptionError) -> Int {
        guard let loops else { return max(1, min(sysconf(Int32(_SC_NPROCESSORS_ONLN)), loopsMax)) }
        guard let count = Int(loops), (1...loopsMax).contains(count) else {
            throw OptionError("--loops takes a number from 1 to \(loopsMax), not '\(loops)'")
        }
        return count
    }

    private static func parse(logLevel: String) throws(OptionError) -> LogLevel {
        if let level = LogLevel.allCases.first(where: { $0.name == logLevel }) { return level }
        let names = LogLevel.allCases.map(\.name).joined(separator: ", ")
        throw OptionError("--log-level takes one of \(names), not '\(logLevel)'")
    }

    private static let loopsMax = 64
}

/// An option whose value cannot be used.
public struct OptionError: Error, Sendable {
    /// What is wrong, naming the option.
    public let message: String

    init(_ message: String) { self.message = message }
}
