/// Apus over a project with two models: one open to the public, one under a rule.
struct ApusContestant: Contestant {
    let name: String
    let seed: String
    /// Whether it serves HTTPS, with a certificate of its own making.
    private let isSecure: Bool
    private let program: String
    /// Names the engine's database, where it is not a file of the seed: all rounds share it.
    private let database: [String]
    private let key: String
    /// Of the one user there is.
    private var token = ""

    private static let items = """
        {
          "description": "The benchmark's table: open to the public, watched by subscribers.",
          "properties": {
            "id": {"type": "integer", "identity": true},
            "title": {"type": "string"},
            "body": {"type": "string"},
            "n": {"type": "integer"}
          },
          "required": ["title", "body", "n"],
          "indexes": [{"on": ["n"]}],
          "realtime": true,
          "access": {"all": true}
        }
        """

    private static let notes = """
        {
          "description": "The same rows with owners, who read nobody else's.",
          "properties": {
            "id": {"type": "integer", "identity": true},
            "owner_id": {"type": "string", "format": "uuid"},
            "title": {"type": "string"},
            "body": {"type": "string"},
            "n": {"type": "integer"}
          },
          "required": ["owner_id", "title", "body", "n"],
          "indexes": [{"on": ["owner_id"]}],
          "access": {"read": "owner_id = auth.uid()", "create": true}
        }
        """

    /// The token outlives every comparison.
    private static let settings = """
        {"name": "benchmark", "auth": {"jwt_expiry_seconds": 86400}}
        """

    /// Writes the project and its migration; rows go in through REST.
    init(
        _ name: String, _ program: String, seed: String, rows: Int, isSecure: Bool = false,
        database: String? = nil
    ) throws(BenchmarkError) {
        let database = database.map { ["--database", $0] } ?? []
        self.database = database
        self.name = name
        self.isSecure = isSecure
        self.program = program
        self.seed = seed
        try Place.makeDirectory("\(seed)/Schemas/models")
        try Place.write(Self.settings, to: "\(seed)/Schemas/project.json")
        try Place.write(Self.items, to: "\(seed)/Schemas/models/items.json")
        try Place.write(Self.notes, to: "\(seed)/Schemas/models/notes.json")
        func run(_ words: [String]) throws(BenchmarkError) -> String {
            try Subprocess(
                program, words + ["--project", seed] + database, log: "\(seed)/setup.log")
                .wholeOutput()
        }
        if isSecure { try Self.makeCertificate(in: seed) }
        _ = try run(["migrate", "new", "tables"])
        key = try run(["keys", "anon"]).filter { !$0.isWhitespace }
        let running = try start(in: seed)
        defer { running.process.end() }
        let user = try Self.signUp(running.server)
        token = user.token
        try Self.load("items", running.server, rows: rows)
        try Self.load("notes", running.server, rows: rows, owner: user.id)
    }

    func start(in directory: String) throws(BenchmarkError) -> RunningServer {
        try start(in: directory, under: [])
    }

    /// Starts the server as the last argument of another command, if one is given.
    func start(
        in directory: String, under command: [String]
    ) throws(BenchmarkError) -> RunningServer {
        var words =
            command + [
                program, "serve", "--migrate", "--listen", "127.0.0.1:0", "--project", directory,
            ] + database
        if isSecure {
            words += ["--tls-certificate", "\(directory)/cert", "--tls-key", "\(directory)/key"]
        }
        let process = try Subprocess(
            words[0], Array(words.dropFirst()), log: "\(directory)/log")
        let url = try process.line(after: "listening on ")
        let server = Server(
            port: try Server.port(of: url), processID: process.processID, key: key,
            token: token, dialect: .apus, isSecure: isSecure)
        return RunningServer(server: server, process: process)
    }

    /// The kind of certificate that public authorities give: elliptic curve P-256.
    private static func makeCertificate(in directory: String) throws(BenchmarkError) {
        let words = [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-subj", "/CN=localhost", "-out", "\(directory)/cert", "-keyout", "\(directory)/key",
        ]
        _ = try Subprocess("openssl", words, log: "\(directory)/setup.log").wholeOutput()
    }

    private static func signUp(
        _ server: Server
    ) throws(BenchmarkError) -> (id: String, token: String) {
        let answer = try WireClient(server).request(
            "POST", "/auth/v1/signup", server,
            body: Array(#"{"email":"bench@example.com","password":"benchmark-1"}"#.utf8))
        guard let token = answer.text.text(after: #""access_token":""#),
            let id = answer.text.text(after: #""user":{"id":""#)
        else { throw BenchmarkError("sign-up: \(answer.text)") }
        return (id, token)
    }

    private static func load(
        _ table: String, _ server: Server, rows: Int, owner: String? = nil
    ) throws(BenchmarkError) {
        let client = try WireClient(server)
        for first in stride(from: 1, through: rows, by: 1000) {
            let answer = try client.request(
                "POST", "/rest/v1/\(table)", server,
                body: Rows.json(first..<min(first + 1000, rows + 1), of: rows, owner: owner),
                fields: "Prefer: return=minimal\r\n")
            guard answer.status == 201 else { throw BenchmarkError("load: \(answer.text)") }
        }
    }
}
