import Expressions
import Schema
import Store
import StorePostgres

/// A view of a project as views there: one with all of its rows, which what other models' rules
/// look up reads, and one for callers with those that its rule gives them. Both see the tables as
/// their owner does.
struct ViewScript {
    private let model: Model
    private let rulebook: Rulebook
    private let dialect = PolicyDialect()
    /// The statements, in their order.
    private(set) var statements: [String] = []
    /// What could not be said, a line each.
    private(set) var notes: [String] = []

    init(_ model: Model, _ rulebook: Rulebook) {
        self.model = model
        self.rulebook = rulebook
        guard let query = model.table.query, let rows = dialect.view(of: query) else { return }
        let view = dialect.table(model.name)
        statements = [
            dialect.definition(of: query),
            "REVOKE ALL ON \(rows) FROM public, \(PolicyScript.callers)",
            // What a caller asks of rows is asked of those only that pass.
            "CREATE VIEW \(view) WITH (security_barrier) AS\n"
                + "  SELECT * FROM \(rows) AS \(quoted(identifier: Alias.seen))\n"
                + "  WHERE \(Self.seesAll) OR (\(condition))",
            "REVOKE ALL ON \(view) FROM public, \(PolicyScript.callers)",
            "GRANT SELECT ON \(view) TO service_role",
        ]
        writeGrant(on: view)
    }

    /// As row-level security has it, to which views are not subject.
    private static let seesAll =
        "(SELECT r.rolsuper OR r.rolbypassrls FROM pg_catalog.pg_roles AS r\n"
        + "    WHERE r.rolname = current_user)"

    /// Which rows callers see.
    private var condition: String {
        guard let rule = rulebook.rule(model.name, .read)?.using else { return "false" }
        return dialect.text(of: rule.condition(on: Alias.seen))
    }

    private mutating func writeGrant(on view: String) {
        guard let rule = rulebook.rule(model.name, .read)?.using, rule.constant != false else {
            return
        }
        var free: [String] = []
        for (index, column) in model.columns.enumerated() {
            let truth = rulebook.columnRule(model.name, index, .read).map(\.constant) ?? true
            if truth == true { free.append(quoted(identifier: column.name)) }
            if truth == nil {
                notes.append(
                    "\(model.name).\(column.name): its rule for read depends on the caller or the "
                        + "row; nobody but service_role has the privilege")
            }
        }
        if free.isEmpty { return }
        let list = free.count == model.columns.count ? "" : " (\(free.joined(separator: ", ")))"
        statements.append("GRANT SELECT\(list) ON \(view) TO \(PolicyScript.callers)")
    }
}
