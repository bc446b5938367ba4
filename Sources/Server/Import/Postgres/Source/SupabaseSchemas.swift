/// The schemas that a Supabase project has besides those of whoever made it.
enum SupabaseSchemas {
    static let own: Set = [
        "auth", "storage", "realtime", "supabase_functions", "supabase_migrations", "vault",
        "extensions", "graphql", "graphql_public", "pgsodium", "pgbouncer", "cron", "net", "pgmq",
        "_realtime", "_analytics", "pgtle", "dbdev", "information_schema", "pg_catalog",
    ]
}
