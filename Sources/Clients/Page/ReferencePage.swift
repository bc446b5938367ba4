import Bytes
import Expressions
public import Schema
import Values

/// The reference of a project's own API: one page of HTML that needs nothing else, with every
/// model, its rules in words, and snippets to paste. It has no key but that of anybody.
public struct ReferencePage {
    private let catalogue: Catalogue
    private let title: String
    private let version: String
    private let server: SnippetServer
    private let rows: ExampleRows
    private let wording: RuleWording

    /// - Parameters:
    ///   - catalogue: models whose rules have been compiled without faults.
    ///   - title: the project's name.
    ///   - url: the server, as snippets call it.
    ///   - key: the key of anybody; nil where it is not known.
    ///   - version: the version of Apus.
    public init(
        _ catalogue: Catalogue, title: String, url: String, key: String?, version: String
    ) {
        self.catalogue = catalogue
        self.title = title
        self.version = version
        server = SnippetServer(url: url, key: key ?? "ANON_KEY")
        rows = ExampleRows(catalogue)
        wording = RuleWording(catalogue)
    }

    /// What the page looks like: its one style, for a policy that names its digest.
    public static let style = """
        :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
        body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
        h2 { margin-top: 3rem; border-bottom: 1px solid #8886; }
        pre { overflow-x: auto; padding: .8rem; border: 1px solid #8886; border-radius: .4rem; }
        code { overflow-wrap: anywhere; }
        table { border-collapse: collapse; }
        th, td { padding: .2rem 1rem .2rem 0; text-align: left; vertical-align: top; }
        tr + tr td { border-top: 1px solid #8883; }
        summary { cursor: pointer; }
        """

    /// The whole page.
    public var text: String {
        """
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>\(HTML.escaped(title)): the API</title>
        <link rel="icon" href="data:,">
        <style>\(Self.style)</style>
        <h1>\(HTML.escaped(title)): the API</h1>
        <p>What Apus \(HTML.escaped(version)) serves for this project at \(HTML.code(server.url)),
        made of its model files. The key in the snippets is that of anybody: what it opens is
        decided by the rules below, and it may stand in a page.</p>
        \(contents)
        <h2>Connecting</h2>
        \(snippets { $0.connect(server) })
        <h2>Signing up</h2>
        <p>Who has not signed in is anybody. Behind this, requests are those of a user, whose id
        rules call <code>auth.uid()</code>.</p>
        \(snippets { $0.signUp(server) })
        \(catalogue.models.map(section).joined())
        </html>

        """
    }

    private var contents: String {
        guard !catalogue.models.isEmpty else { return "<p>There are no models yet.</p>" }
        return HTML.list(
            catalogue.models.map { model in
                let summary = model.description.map { ": \(HTML.escaped($0))" } ?? ""
                return "<a href=\"#\(anchor(model))\">\(HTML.code(model.name))</a>\(summary)"
            })
    }

    private func anchor(_ model: Model) -> String {
        "model-\(PercentEncoding.encode(component: model.name))"
    }

    private func section(_ model: Model) -> String {
        let fields = FieldTable(model, wording: wording)
        return """
            <h2 id="\(HTML.escaped("model-" + model.name))">\(HTML.code(model.name))</h2>
            <p>\(HTML.escaped(model.description ?? ""))</p>
            <h3>Fields</h3>
            \(fields.html)
            \(titled("Related rows", RelationList(model).html))
            <h3>Who may do what</h3>
            \(RuleList(model, wording: wording).html)
            \(usage(SnippetModel(model, rows)))

            """
    }

    private func titled(_ title: String, _ html: String) -> String {
        html.isEmpty ? "" : "<h3>\(title)</h3>\n\(html)"
    }

    /// What clients may do with the model, in each language.
    private func usage(_ model: SnippetModel) -> String {
        model.uses.map { use in
            "<h3>\(Self.title(of: use))</h3>\n"
                + snippets { $0.snippet(use, model, server) }
                + (use == .subscribe ? Self.noCurl : "")
        }.joined()
    }

    private static let noCurl =
        "<p>Feeds are heard over WebSockets, which curl does not keep.</p>\n"

    private static func title(of use: SnippetUse) -> String {
        switch use {
        case .read: "Read rows"
        case .insert: "Insert a row"
        case .update: "Update a row"
        case .delete: "Delete a row"
        case .subscribe: "See changes live"
        }
    }

    /// The same in every language that can.
    private func snippets(_ text: (any SnippetWriter) -> String?) -> String {
        SnippetLanguages.all.compactMap { language in
            text(language).map { text in
                """
                <details\(language.name == SnippetLanguages.all[0].name ? " open" : "")>\
                <summary>\(language.name)</summary>
                <pre data-language="\(language.name)">\(HTML.escaped(text))</pre></details>

                """
            }
        }.joined()
    }
}
