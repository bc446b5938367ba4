import Bytes

/// Snippets for a shell. They share the variables `URL`, `KEY` and `TOKEN`.
struct CurlSnippets: SnippetWriter {
    let name = "curl"

    func connect(_ server: SnippetServer) -> String {
        """
        URL=\(server.url.shellQuoted)
        KEY=\(server.key.shellQuoted)
        TOKEN=$KEY
        """
    }

    func signUp(_ server: SnippetServer) -> String {
        let body = object([
            ("email", SnippetServer.email), ("password", SnippetServer.password),
        ])
        return """
            # Later on: "$URL/auth/v1/token?grant_type=password"
            TOKEN=$(\(Self.curl(server)) -s "$URL/auth/v1/signup" -H "apikey: $KEY" \\
              -d \(body.shellQuoted) |
              sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')
            """
    }

    func snippet(_ use: SnippetUse, _ model: SnippetModel, _ server: SnippetServer) -> String? {
        let path = "$URL/rest/v1/\(PercentEncoding.encode(component: model.name))"
        let keys = model.key.map { key in
            let name = PercentEncoding.encode(component: key.name)
            return "\(name)=eq.\(PercentEncoding.encode(component: key.text))"
        }
        let row = keys.isEmpty ? path : "\(path)?\(keys.joined(separator: "&"))"
        let curl = Self.curl(server)
        return switch use {
        case .read: "\(curl) \"\(path)?select=*&limit=10\"\(Self.credentials)"
        case .insert: "\(curl) \"\(path)\"\(Self.credentials)\(body(model.insert, model))"
        case .update:
            "\(curl) -X PATCH \"\(row)\"\(Self.credentials)\(body(model.update, model))"
        case .delete: "\(curl) -X DELETE \"\(row)\"\(Self.credentials)\(Self.preference(model))"
        case .subscribe: nil
        }
    }

    /// A development server's certificate is its own.
    private static func curl(_ server: SnippetServer) -> String {
        server.url.hasPrefix("https:") ? "curl -k" : "curl"
    }

    private static let credentials =
        " \\\n  -H \"apikey: $KEY\" -H \"Authorization: Bearer $TOKEN\""

    private static func preference(_ model: SnippetModel) -> String {
        model.showsRows ? " \\\n  -H 'Prefer: return=representation'" : ""
    }

    private func body(_ members: [ExampleRows.Member], _ model: SnippetModel) -> String {
        let list = members.map { "\(text($0.name)): \(String(utf8: $0.json.raw))" }
        let json = "{\(list.joined(separator: ", "))}"
        return " -H 'Content-Type: application/json'\(Self.preference(model)) \\\n"
            + "  -d \(json.shellQuoted)"
    }

    private func object(_ members: [(String, String)]) -> String {
        "{\(members.map { "\(text($0)): \(text($1))" }.joined(separator: ", "))}"
    }

    private func text(_ text: String) -> String { String(utf8: JSON.string(text).bytes) }
}
