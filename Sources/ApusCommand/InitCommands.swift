import Configuration
import Diagnostics
import Server

extension Command {
    static let initialise = Command(
        "init", operands: "[DIR]",
        summary: "make a project that runs at once",
        discussion: """
            Writes models with their access rules, a page that uses them live, a .gitignore and a
            README into DIR (this folder where none is named, made where it is not there), and makes
            the data directory, which nobody else may enter. Writes over nothing: whatever is in the
            way is named, and nothing is written then. No key stands in any of the files.
            """,
        options: [.template], switches: [.force], example: "apus init --template chat team-chat"
    ) { arguments in
        guard arguments.operands.count <= 1 else {
            throw UsageError("'apus init' takes one DIR")
        }
        let template = try template(arguments.value(of: .template))
        var given = arguments.given
        let folder = arguments.operands.first
        if let folder { try given.give(.project, flag: folder) }
        let options = ServerOptions(given)
        let tree = try InitCommand.run(
            options, template, takesEmptySchemas: arguments.has(.force))
        Terminal.print("made \(options.projectDirectory)/\n\(tree)\n\n\(nextSteps(in: folder))")
        return 0
    }

    private static func template(_ name: String?) throws(UsageError) -> ProjectTemplate {
        guard let name else { return ProjectTemplate.all[0] }
        let all = ProjectTemplate.all
        if let template = all.first(where: { $0.name == name }) { return template }
        let names = all.map(\.name)
        var message = "--template takes one of \(names.joined(separator: ", ")), not '\(name)'"
        if let near = nearest(name, in: names) { message += "; did you mean '\(near)'?" }
        throw UsageError(message)
    }

    private static func nextSteps(in folder: String?) -> String {
        let away = folder.map { "cd \(shellWord($0)) && " } ?? ""
        let rows = textTable([
            ["\(away)apus dev", "# serves it, and its page, which it names"],
            ["apus migrate new first", "# writes SQL to review, once the models are right"],
            ["apus serve --migrate", "# in production"],
        ])
        return "Next:\n" + rows.map { "  \($0)\n" }.joined()
    }
}
