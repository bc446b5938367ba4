import Bytes
import Clients
import Configuration
import HTTP
import Schema

/// What `GET /` shows on a server of `apus dev`: what runs here, and where to go on. It has no key
/// but that of anybody, and no script.
struct WelcomePage {
    private let name: String
    private let models: [(name: String, columns: String)]
    private let url: String
    private let key: String
    private let hasPage: Bool
    private let fault: FaultReport?

    /// - Parameters:
    ///   - url: the server, as the caller has called it.
    ///   - hasPage: whether the project has a page of its own.
    ///   - fault: what is wrong with the project's files.
    init(_ schemas: SchemaSet, url: String, key: String, hasPage: Bool, fault: FaultReport?) {
        name = schemas.settings.name
        models = schemas.catalogue.models.map { model in
            (model.name, model.columns.map(\.name).joined(separator: ", "))
        }
        (self.url, self.key, self.hasPage, self.fault) = (url, key, hasPage, fault)
    }

    var response: Response { Response(page: text, style: Self.style) }

    private static let style = """
        :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
        body { max-width: 52rem; margin: 2rem auto; padding: 0 1rem; }
        pre { overflow-x: auto; padding: .8rem; border: 1px solid #8886; border-radius: .4rem; }
        code { overflow-wrap: anywhere; }
        td { padding-right: 1.5rem; vertical-align: top; }
        """

    private var text: String {
        """
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>\(escaped(name)) on Apus</title>
        <link rel="icon" href="data:,">
        <style>\(Self.style)</style>
        <h1>\(escaped(name))</h1>
        <p>Apus \(Backend.version) serves this project at <code>\(escaped(url))</code>, for
        development. This page is for this machine alone; <code>apus serve</code> has none.</p>
        \(page)
        \(faults)
        <h2>Models</h2>
        \(table)
        <p><a href="/docs">/docs</a> tells all of the API: fields, rules in words, and snippets to
        paste for every model.</p>
        <h2>The key of anybody</h2>
        <p><code>\(escaped(key))</code></p>
        <p>It may stand in a page: the rules of the models decide what it opens. The other key,
        which no rule holds for, is printed by <code>apus keys</code> and stays on servers.</p>
        <h2>With curl</h2>
        <pre>\(escaped(curl))</pre>
        <h2>With supabase-js</h2>
        <pre>\(escaped(script))</pre>
        <h2>Going on</h2>
        <p>A file saved in <code>Schemas/</code> is served at once, and what is wrong with it is
        told where <code>apus dev</code> runs. <code>apus --help</code> lists the commands. In the
        sources of Apus, <code>README.md</code> tells the way to production, and the guides in
        <code>Sources/Server/Documentation.docc</code> how model files and rules are written.</p>
        </html>

        """
    }

    private var page: String {
        hasPage
            ? "<p>The project's page is at <a href=\"/app/\">/app/</a>.</p>"
            : "<p>The project has no page: an <code>index.html</code> in its folder would be at "
                + "<code>/app/</code>.</p>"
    }

    private var faults: String {
        guard let fault else { return "" }
        let lines = fault.faults + [fault.hint].compactMap(\.self)
        return "<h2>Not taken</h2>\n<p>Something is wrong with the files. What was served before "
            + "goes on; save them mended, and they are taken.</p>\n"
            + "<pre>\(escaped(lines.joined(separator: "\n")))</pre>"
    }

    private var table: String {
        guard !models.isEmpty else {
            if fault != nil { return "<p>None is served yet.</p>" }
            return "<p>No models yet: save one as <code>Schemas/models/NAME.json</code>, or run "
                + "<code>apus init</code>.</p>"
        }
        let rows = models.map { model in
            let path = Backend.path(of: model.name)
            let link = "\(path)?apikey=\(PercentEncoding.encode(component: key))&limit=10"
            return "<tr><td><a href=\"\(escaped(link))\">\(escaped(path))</a></td>"
                + "<td>\(escaped(model.columns))</td></tr>\n"
        }
        return "<table>\n\(rows.joined())</table>\n<p>Anybody sees there what the rules show to "
            + "anybody: an empty list where there is nothing.</p>"
    }

    /// The model that the examples ask for.
    private var example: String { models.first?.name ?? "NAME" }

    private var curl: String {
        let path = Backend.path(of: example) + "?select=*&limit=5"
        let trust = url.hasPrefix("https:") ? "-k " : ""
        return "curl \(trust)'\(url)\(path)' \\\n  -H 'apikey: \(key)'"
    }

    private var script: String {
        let name = String(utf8: JSON.string(example).bytes)
        return """
            import { createClient } from "@supabase/supabase-js"

            const supabase = createClient("\(url)", "\(key)")
            const { data, error } = await supabase.from(\(name)).select().limit(5)
            """
    }

    private func escaped(_ text: String) -> String { HTML.escaped(text) }
}
