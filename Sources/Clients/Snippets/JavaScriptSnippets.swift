import Bytes

/// Snippets for supabase-js.
struct JavaScriptSnippets: SnippetWriter {
    let name = "supabase-js"

    func connect(_ server: SnippetServer) -> String {
        """
        import { createClient } from "@supabase/supabase-js"

        const supabase = createClient(\(literal(server.url)), \(literal(server.key)))
        """
    }

    func signUp(_ server: SnippetServer) -> String {
        """
        // Later on: signInWithPassword.
        await supabase.auth.signUp({
          email: \(literal(SnippetServer.email)), password: \(literal(SnippetServer.password))
        })
        """
    }

    func snippet(_ use: SnippetUse, _ model: SnippetModel, _ server: SnippetServer) -> String? {
        let table = "supabase.from(\(literal(model.name)))"
        return switch use {
        case .read:
            "const { data, error } = await \(table).select().limit(10)"
        case .insert: write("\(table)\n  .insert(\(object(model.insert)))", model)
        case .update: write("\(table)\n  .update(\(object(model.update)))\(filter(model))", model)
        case .delete: write("\(table)\n  .delete()\(filter(model))", model)
        case .subscribe:
            """
            supabase.channel(\(literal(model.name)))
              .on("postgres_changes",
                { event: "*", schema: "public", table: \(literal(model.name)) },
                change => console.log(change.eventType, change.new, change.old))
              .subscribe()
            """
        }
    }

    private func write(_ request: String, _ model: SnippetModel) -> String {
        model.showsRows
            ? "const { data, error } = await \(request)\n  .select()"
            : "const { error } = await \(request)"
    }

    private func filter(_ model: SnippetModel) -> String {
        model.key.map { "\n  .eq(\(literal($0.name)), \(String(utf8: $0.json.raw)))" }.joined()
    }

    private func object(_ members: [ExampleRows.Member]) -> String {
        let list = members.map { "\(TypeScriptName.key($0.name)): \(String(utf8: $0.json.raw))" }
        return list.isEmpty ? "{}" : "{ \(list.joined(separator: ", ")) }"
    }

    private func literal(_ text: String) -> String { TypeScriptName.literal(text) }
}
