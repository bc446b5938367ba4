import Configuration
import Server

extension Command {
    static let settings = Command(
        "settings", summary: "print every setting, its value and where it came from",
        discussion: """
            Takes what 'apus serve' takes. A flag overrules a variable of the environment, that the
            word in Schemas/project.json, and that the default. Secrets are not printed.
            """,
        settings: Setting.all, switches: [.json], example: "apus settings --json"
    ) { arguments in
        let report = try SettingReport(ServerOptions(arguments.given))
        Terminal.print(arguments.has(.json) ? report.json + "\n" : report.text)
        return 0
    }
}
