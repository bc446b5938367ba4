/// One option of the command line.
struct OptionSpec: Sendable {
    /// The option as it is written: `--listen`.
    let name: String
    /// What its value stands for in help texts; nil for a switch.
    let value: String?
    /// What it does, in a line.
    let summary: String
    /// The environment variable that gives it when the flag is absent.
    let environment: String?

    init(_ name: String, value: String? = nil, _ summary: String, environment: String? = nil) {
        self.name = name
        self.value = value
        self.summary = summary
        self.environment = environment
    }
}

extension OptionSpec {
    static let project = OptionSpec(
        "--project", value: "DIR", "where Schemas/ and Migrations/ are (default: this folder)",
        environment: "APUS_PROJECT")
    static let data = OptionSpec(
        "--data", value: "DIR", "the data directory (default: PROJECT/.apus)",
        environment: "APUS_DATA")
    static let listen = OptionSpec(
        "--listen", value: "HOST:PORT",
        "where to accept connections; 0.0.0.0:PORT for other machines too "
            + "(default: 127.0.0.1:54321)",
        environment: "APUS_LISTEN")
    static let loops = OptionSpec(
        "--loops", value: "N", "event loops (default: one per core)", environment: "APUS_LOOPS")
    static let logLevel = OptionSpec(
        "--log-level", value: "LEVEL", "debug, info, warning or error (default: info)",
        environment: "APUS_LOG_LEVEL")
    static let logFormat = OptionSpec(
        "--log-format", value: "FORM", "text or json (default: text for dev, json for serve)",
        environment: "APUS_LOG_FORMAT")
    static let tlsCertificate = OptionSpec(
        "--tls-certificate", value: "FILE", "PEM certificate chain; serves HTTPS",
        environment: "APUS_TLS_CERTIFICATE")
    static let tlsKey = OptionSpec(
        "--tls-key", value: "FILE", "PEM private key of the certificate",
        environment: "APUS_TLS_KEY")
    static let json = OptionSpec("--json", "print JSON, for scripts")
    static let help = OptionSpec("--help", "show this help")

    static let server = [project, data, listen, loops, logLevel, logFormat, tlsCertificate, tlsKey]
}
