import Bytes
import Clients
import Configuration
import Expressions
import HTTP
import Schema

/// What `apus dev` answers beside the services, to who sits at the machine (`Entry.local`): a page
/// that says what runs here, the reference of its API, and the project's own page. Nothing of it is
/// there under `apus serve`.
struct DevelopmentPages: Sendable {
    /// The project's folder.
    let folder: String
    /// What is never shown of it, wherever it lies.
    let hidden: [String]
    /// `http` or `https`.
    let scheme: String
    /// The key of anybody: the only one that a page may have.
    let key: String
    /// What is wrong with the project's files.
    let standing: StandingFault

    /// A row of the table: what its page is made of.
    private typealias Page = (Request, PathParameters) -> Response

    /// The rows, for the models that are served now.
    func routes(_ schemas: SchemaSet) -> [Route<Identity>] {
        [
            row("") { request, _ in
                WelcomePage(
                    schemas, url: url(of: request), key: key, hasPage: files.hasPage,
                    fault: standing.report
                ).response
            },
            row("docs") { request, _ in
                let page = ReferencePage(
                    schemas.catalogue, title: schemas.settings.name, url: url(of: request),
                    key: key, version: Backend.version)
                return Response(page: page.text, style: ReferencePage.style)
            },
            row("app/apus.json") { request, _ in connection(of: request) },
            row("app/{file...}") { request, parameters in
                guard request.rawPath != Self.page[...] else { return Self.redirection }
                return files.response(to: request, parameters[0])
            },
        ]
    }

    private var files: ProjectFiles { ProjectFiles(folder: folder, hidden: hidden) }

    /// The path of the project's page without the slash that what it names is relative to.
    private static let page = Array("/app".utf8)

    private static var redirection: Response {
        var response = Response(status: 308)
        response.append(field: "Location", ascii: "/app/")
        return response
    }

    /// One that is read only: for every other method there is no such path.
    private func row(_ pattern: PathPattern, _ page: @escaping Page) -> Route<Identity> {
        Route(.any, pattern, .local) { request, parameters, _ in
            let isRead = request.method == .get || request.method == .head
            var response =
                isRead ? page(request, parameters) : GatewayFault.unknownPath.response
            response.isForOwnOrigin = true
            response.append(field: "X-Content-Type-Options", ascii: "nosniff")
            response.append(field: "X-Frame-Options", ascii: "DENY")
            response.append(field: "Cross-Origin-Resource-Policy", ascii: "same-origin")
            response.append(field: "Referrer-Policy", ascii: "no-referrer")
            return response
        }
    }

    /// The server as the caller calls it, so that a page calls where it came from.
    private func url(of request: Request) -> String {
        "\(scheme)://\(LocalCall.host(of: request.head) ?? "localhost")"
    }

    /// What a page needs to call the API: `{"url": …, "anonKey": …}`.
    private func connection(of request: Request) -> Response {
        let body: JSON = ["url": .string(url(of: request)), "anonKey": .string(key)]
        var response = Response(
            status: 200, contentType: "application/json", body: body.bytes + [ASCII.lf])
        response.append(field: "Cache-Control", ascii: "no-store")
        return response
    }
}
