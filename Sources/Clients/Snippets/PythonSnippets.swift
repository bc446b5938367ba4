import Bytes

/// Snippets for supabase-py.
struct PythonSnippets: SnippetWriter {
    let name = "Python"

    func connect(_ server: SnippetServer) -> String {
        """
        from supabase import create_client

        supabase = create_client(\(literal(server.url)), \(literal(server.key)))
        """
    }

    func signUp(_ server: SnippetServer) -> String {
        """
        # Later on: sign_in_with_password.
        supabase.auth.sign_up(\(Self.credentials))
        """
    }

    func snippet(_ use: SnippetUse, _ model: SnippetModel, _ server: SnippetServer) -> String? {
        let table = "supabase.table(\(literal(model.name)))"
        return switch use {
        case .read: "answer = \(table).select(\"*\").limit(10).execute()\nprint(answer.data)"
        case .insert: write("\(table).insert", object(model.insert), "", model)
        case .update: write("\(table).update", object(model.update), filter(model), model)
        case .delete: write("\(table).delete", nil, filter(model), model)
        case .subscribe: subscribe(model, server)
        }
    }

    private func write(
        _ request: String, _ row: String?, _ filter: String, _ model: SnippetModel
    ) -> String {
        let silence = model.showsRows ? nil : "returning=\"minimal\""
        let arguments = [row, silence].compactMap(\.self).joined(separator: ", ")
        let lines = "answer = (\n    \(request)(\(arguments))\(filter)\n    .execute()\n)"
        return lines + (model.showsRows ? "\nprint(answer.data)" : "")
    }

    /// Only the asynchronous client has feeds, and it signs in by itself.
    private func subscribe(_ model: SnippetModel, _ server: SnippetServer) -> String {
        let signIn =
            model.isOpen
            ? "" : "\n    await supabase.auth.sign_in_with_password(\(Self.credentials))"
        let table = literal(model.name)
        return """
            import asyncio
            from supabase import acreate_client

            async def main():
                supabase = await acreate_client(\(literal(server.url)), \(literal(server.key)))\
            \(signIn)
                channel = supabase.channel(\(table))
                channel.on_postgres_changes(
                    "*", schema="public", table=\(table), callback=print)
                await channel.subscribe()
                await asyncio.sleep(3600)

            asyncio.run(main())
            """
    }

    private static let credentials =
        "{\"email\": \"\(SnippetServer.email)\", \"password\": \"\(SnippetServer.password)\"}"

    private func filter(_ model: SnippetModel) -> String {
        model.key.map { "\n    .eq(\(literal($0.name)), \(value($0.json)))" }.joined()
    }

    private func object(_ members: [ExampleRows.Member]) -> String {
        "{" + members.map { "\(literal($0.name)): \(value($0.json))" }.joined(separator: ", ") + "}"
    }

    private func value(_ json: JSONValue) -> String {
        switch json.kind {
        case .null: "None"
        case .bool: json.bool == true ? "True" : "False"
        case .number, .string: String(utf8: json.raw)
        case .array: "[\(json.elements.map(value).joined(separator: ", "))]"
        case .object: object(json.members.map { ($0.key.string ?? "", $0.value) })
        }
    }

    /// JSON's texts are Python's, too.
    private func literal(_ text: String) -> String { String(utf8: JSON.string(text).bytes) }
}
