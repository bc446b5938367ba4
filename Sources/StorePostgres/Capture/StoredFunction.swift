/// A plpgsql function in the log's schema: what the catalogue must say of it, and how it is made.
struct StoredFunction: Hashable {
    /// A setting that holds while the function runs, whatever the session has.
    struct Setting: Hashable {
        let name: String
        let value: String

        /// The only names that count are the system's own: nobody's tables or operators are taken
        /// for them.
        static let systemNames = Setting(name: "search_path", value: "pg_catalog, pg_temp")

        /// As the function's definition says it: a search path is a list, the rest are texts.
        fileprivate var clause: String {
            "SET \(name) TO \(self == .systemNames ? value : PostgresDialect.literal(value))"
        }

        /// As `pg_proc.proconfig` has it.
        var stored: String { "\(name)=\(value)" }
    }

    let name: String
    /// What stands between the parentheses.
    var parameters = ""
    /// What it returns; empty when parameters say so.
    var returns = ""
    /// Whether it acts with the rights of whoever owns the log.
    var isDefiner = false
    var settings: [Setting] = [.systemNames]
    let body: String

    /// Makes it, or replaces what has its name and parameters, and notes its version and this
    /// transaction, which writes `pg_proc`: one that was another for a while is told by that.
    ///
    /// Nobody else may run it: who may could write into the log by a trigger on a table of theirs.
    /// Triggers that exist need no right.
    func statements(in space: LogSpace) -> [String] {
        let clauses =
            (returns.isEmpty ? [] : ["RETURNS \(returns)"]) + ["LANGUAGE plpgsql"]
            + (isDefiner ? ["SECURITY DEFINER"] : []) + settings.map(\.clause)
        let place = "\(space.name(name))(\(parameters))"
        return [
            "CREATE OR REPLACE FUNCTION \(place) \(clauses.joined(separator: " "))"
                + " AS \(PostgresDialect.literal(body))",
            "REVOKE ALL ON FUNCTION \(place) FROM PUBLIC",
            "DO \(PostgresDialect.literal(noting(place)))",
        ]
    }

    private func noting(_ place: String) -> String {
        let (place, version) = (PostgresDialect.literal(place), PostgresDialect.literal(version))
        return """
        BEGIN
          EXECUTE pg_catalog.format('COMMENT ON FUNCTION %s IS %L', \(place),
            pg_catalog.concat_ws(' ', \(version),
              pg_catalog.pg_current_xact_id()::pg_catalog.xid));
        END
        """
    }
}
