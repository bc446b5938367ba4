import Configuration
import Diagnostics
import Server

extension Command {
    static let types = Command(
        "types", operands: TypesCommand.Language.allCases.map(\.rawValue).joined(separator: "|"),
        summary: "print the types of the models for TypeScript or Swift",
        discussion: """
            For TypeScript it is the Database type that createClient<Database> of supabase-js takes;
            for Swift, Codable structures for the rows of each model as they are read, inserted and
            updated. Made of Schemas/ alone. With --out they go to a file, which is written only
            when it changes; with --watch again at each save: while there are faults, which are
            listed, it stays as it is.
            """,
        options: [.output], switches: [.watch],
        example: "apus types typescript --out database.types.ts --watch"
    ) { arguments in
        let language = try language(arguments.operands)
        let options = ServerOptions(arguments.given)
        guard let path = arguments.value(of: .output) else {
            if arguments.has(.watch) { throw UsageError("--watch needs --out FILE") }
            Terminal.print(try TypesCommand.text(options, language))
            return 0
        }
        guard arguments.has(.watch) else {
            try write(try TypesCommand.text(options, language), to: path)
            return 0
        }
        try TypesCommand.watch(options, language) { result in
            switch result {
            case .success(let text): try write(text, to: path)
            case .failure(let error):
                Terminal.report(FaultReport(error))
                Terminal.error("\(path) stays as it is")
            }
        }
        return 0
    }

    static let docs = Command(
        "docs",
        summary: "print a page that tells what the project's API is",
        discussion: """
            One page of HTML that needs nothing else: the models with their fields, relations and
            rules in words, and snippets for supabase-js, Python, Swift and curl to paste. They have
            the key of anybody where there is one; the page never has the other. 'apus dev' shows
            the same at /docs, to browsers of this machine.
            """,
        settings: commonAndServer, options: [.output, .called], example: "apus docs --out api.html"
    ) { arguments in
        let url = arguments.value(of: .called)
        if let url, ServerURL(url) == nil {
            throw UsageError("--url takes http://HOST:PORT or https://HOST:PORT, not '\(url)'")
        }
        let page = try DocsCommand.page(ServerOptions(arguments.given), url: url)
        if let path = arguments.value(of: .output) {
            try write(page.text, to: path)
        } else {
            Terminal.print(page.text)
        }
        if !page.hasKey {
            Terminal.error("there are no keys yet: ANON_KEY stands for that of 'apus keys anon'")
        }
        return 0
    }

    /// Writes a file where it differs, and says whether.
    private static func write(_ text: String, to path: String) throws {
        let isWritten = try WrittenFile.write(text, to: path)
        Terminal.print(isWritten ? "wrote \(path)\n" : "\(path) is as it was\n")
    }

    private static func language(_ words: [String]) throws(UsageError) -> TypesCommand.Language {
        let names = TypesCommand.Language.allCases.map(\.rawValue)
        let text = words.joined(separator: " ")
        if let language = TypesCommand.Language(rawValue: text) { return language }
        var message = "'apus types' takes one of \(names.joined(separator: " and "))"
        if !text.isEmpty { message += ", not '\(text)'" }
        if let near = nearest(text, in: names) { message += "; did you mean '\(near)'?" }
        throw UsageError(message)
    }
}
