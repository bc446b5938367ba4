import Clients
import Configuration
import Diagnostics
import Schema

/// What `apus docs` does.
public enum DocsCommand {
    /// The reference of a project's API, as one page of HTML.
    public struct Page: Sendable {
        /// The page.
        public let text: String
        /// Whether its snippets have the key of anybody. Where there are no secrets yet, or they
        /// cannot be read, a word stands for it: to make some is not what a page is for.
        public let hasKey: Bool
    }

    /// The page of a project. Changes nothing.
    ///
    /// - Parameter url: the server that snippets call; nil for where settings say it listens.
    /// - Throws: `SchemaFailure` with every fault of every schema file, `SettingFault`.
    public static func page(_ options: ServerOptions, url: String?) throws -> Page {
        let catalogue = try options.loadModels()
        let settings = try options.given.over(catalogue.project).resolved()
        let port = settings.listen.port
        let key = APIKeys.present(options)?.anonymous
        let page = ReferencePage(
            catalogue, title: settings.name,
            url: url ?? settings.localURL(port: port) ?? settings.url(port: port), key: key,
            version: Backend.version)
        return Page(text: page.text, hasKey: key != nil)
    }
}

extension APIKeys {
    /// The keys that are there, if any are and can be read.
    fileprivate static func present(_ options: ServerOptions) -> APIKeys? {
        let facts =
            (try? options.commandLog()).flatMap { try? options.database().facts($0) } ?? [:]
        let known = try? SecretsSources(options).known { facts[$0] }
        return known.flatMap(\.self).map { APIKeys($0) }
    }
}
