import Bytes

/// Snippets for supabase-swift.
struct SwiftSnippets: SnippetWriter {
    let name = "Swift"

    func connect(_ server: SnippetServer) -> String {
        """
        import Foundation
        import Supabase

        let supabase = SupabaseClient(
            supabaseURL: URL(string: \(literal(server.url)))!,
            supabaseKey: \(literal(server.key)))
        """
    }

    func signUp(_ server: SnippetServer) -> String {
        """
        // Later on: signIn.
        try await supabase.auth.signUp(
            email: \(literal(SnippetServer.email)), password: \(literal(SnippetServer.password)))
        """
    }

    func snippet(_ use: SnippetUse, _ model: SnippetModel, _ server: SnippetServer) -> String? {
        let table = "supabase.from(\(literal(model.name)))"
        return switch use {
        case .read:
            """
            let rows: [[String: AnyJSON]] = try await \(table)
                .select().limit(10).execute().value
            """
        case .insert:
            "let row: [String: AnyJSON] = \(object(model.insert))\n"
                + write("\(table).insert(row)", model)
        case .update:
            "let change: [String: AnyJSON] = \(object(model.update))\n"
                + write("\(table).update(change)\(filter(model))", model)
        case .delete: write("\(table).delete()\(filter(model))", model)
        case .subscribe:
            """
            let channel = supabase.channel(\(literal(model.name)))
            let changes = channel.postgresChange(
                AnyAction.self, schema: "public", table: \(literal(model.name)))
            try await channel.subscribeWithError()
            for await change in changes { print(change) }
            """
        }
    }

    private func write(_ request: String, _ model: SnippetModel) -> String {
        model.showsRows
            ? "let rows: [[String: AnyJSON]] = try await \(request)\n    .select().execute().value"
            : "try await \(request).execute()"
    }

    private func filter(_ model: SnippetModel) -> String {
        model.key.map { "\n    .eq(\(literal($0.name)), value: \(value($0.json)))" }.joined()
    }

    private func object(_ members: [ExampleRows.Member]) -> String {
        guard !members.isEmpty else { return "[:]" }
        let list = members.map { "\(literal($0.name)): \(value($0.json))" }
        return "[\(list.joined(separator: ", "))]"
    }

    private func value(_ json: JSONValue) -> String {
        switch json.kind {
        case .null: ".null"
        case .bool, .number: String(utf8: json.raw)
        case .string: literal(json.string ?? "")
        case .array: "[\(json.elements.map(value).joined(separator: ", "))]"
        case .object: object(json.members.map { ($0.key.string ?? "", $0.value) })
        }
    }

    private func literal(_ text: String) -> String { SwiftName.literal(text) }
}
