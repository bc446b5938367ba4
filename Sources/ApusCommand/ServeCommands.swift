import Configuration
import Diagnostics
import Server

extension Command {
    static let dev = Command(
        "dev",
        summary: "serve, watch Schemas/ and apply changes as you save",
        discussion: """
            Creates the database on first start, inserts the rows of Schemas/seeds/ and prints the
            URL, both API keys and a request to try. Where there is no model yet, waits for the
            first; where files have faults, for them to be mended. Changes of the schema files,
            migration files and new seeds are applied at once. One that rows stand in the way of
            lists them and is refused; what would drop rows or values is asked about at the
            terminal, and refused where there is none, unless --allow-destructive says that it may
            (a backup is written first); the server goes on with what it had. Many settings of
            project.json wait for the next start; each save says which. To browsers of this machine,
            and to nobody else, / says what runs, /docs what the API is, and /app/ is the project's
            index.html with what lies in public/. For development only: prints secrets.
            """,
        settings: Setting.all, switches: [.allowDestructive],
        example: "apus dev --listen 127.0.0.1:0"
    ) { arguments in
        var options = ServerOptions(arguments.given)
        options.allowsLosses = arguments.has(.allowDestructive)
        options.terminal = Terminal.asked
        let project = options
        try Backend.run(project, mode: .development) { backend in
            Terminal.print(welcome(to: backend, of: project))
            Terminal.print(lines(of: backend))
        }
        return 0
    }

    static let serve = Command(
        "serve",
        summary: "serve in production, on the schema that the migration files build",
        discussion: """
            Refuses to start while migration files are unapplied (unless --migrate applies them
            first, all or none) and when Schemas/ declares what Migrations/ does not build.
            SIGTERM stops accepting, finishes what has begun and closes.
            """,
        settings: Setting.all, switches: [.migrate, .allowDestructive],
        example: "apus serve --listen 0.0.0.0:54321 --migrate"
    ) { arguments in
        var options = ServerOptions(arguments.given)
        options.allowsLosses = arguments.has(.allowDestructive)
        let mode = Backend.Mode.production(migrate: arguments.has(.migrate))
        try Backend.run(options, mode: mode) { backend in
            Terminal.print(lines(of: backend))
        }
        return 0
    }

    /// What is waited for, last.
    private static func lines(of backend: Backend) -> String {
        (backend.metricsURL.map { "metrics on \($0)\n" } ?? "") + "listening on \(backend.url)\n"
    }

    /// Which models there are, or how to begin.
    private static func served(_ backend: Backend, _ options: ServerOptions) -> String {
        let (models, folder) = (backend.models, options.schemasDirectory + "/models")
        if models.isEmpty, backend.fault != nil {
            return "no models yet: it waits for the faults above to be mended"
        }
        guard models.isEmpty else {
            let names = models.prefix(8).joined(separator: ", ")
            return "\(folder): \(names)\(models.count > 8 ? ", …" : "")"
        }
        let project = options.projectDirectory
        let command = project == "." ? "apus init" : "apus init \(project)"
        return "no models yet: save one as \(folder)/NAME.json, or run '\(command)'"
    }

    private static func welcome(to backend: Backend, of options: ServerOptions) -> String {
        let models = backend.models
        let request =
            models.first.map { Backend.path(of: $0) + "?select=*&limit=5" } ?? "/auth/v1/settings"
        let page = options.hasPage ? backend.localURL.map { [["page", $0 + "/app/"]] } : nil
        let access = textTable(
            [["URL", backend.url]] + (page ?? []) + [["database", backend.database]]
                + backend.keys.named.map { [$0.name, $0.key] })
        let trust = backend.url.hasPrefix("https:") ? "-k " : ""
        return """
            Apus \(Backend.version) serves \(served(backend, options))

              \(access.joined(separator: "\n  "))

            Try it:
              curl \(trust)'\(backend.url)\(request)' -H 'apikey: \(backend.keys.service)'


            """
    }
}
