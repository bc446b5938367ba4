import Expressions
import Schema
import Store
import StorePostgres

/// A model's access rules as row-level security: policies, and triggers for what policies cannot
/// say. Look-ups of other rows, which see all of them, are in functions of who owns the tables.
struct PolicyScript {
    private let model: Model
    private let rulebook: Rulebook
    private let dialect = PolicyDialect()
    /// The statements, in their order.
    private(set) var statements: [String] = []
    /// What could not be said, a line each.
    private(set) var notes: [String] = []

    /// The roles of who comes without the service key.
    static let callers = "anon, authenticated"

    init(_ model: Model, _ rulebook: Rulebook) {
        self.model = model
        self.rulebook = rulebook
        for verb in Verb.allCases { write(verb) }
        writeUpdates()
        writeSoftDelete()
        writeGrants()
        publish()
        let read = rulebook.rule(model.name, .read)?.using
        if let read, isAllowed(.update), !read.inputs.columns.isEmpty {
            notes.append(
                "\(model.name): PostgreSQL refuses an update, too, after which whoever makes it "
                    + "may not read the row")
        }
    }

    private var table: String { dialect.table(model.name) }

    /// What a function of this table is called: its name would be cut beyond 63 bytes.
    private func function(_ part: String) -> String {
        let name = ConstraintName.of(model.name, [], part)
        return "\(PolicyDialect.functions).\(quoted(identifier: name))"
    }

    // MARK: Policies

    private mutating func write(_ verb: Verb) {
        guard let rule = rulebook.rule(model.name, verb) else { return }
        let using = rule.using.map { text([$0], verb.rawValue) }
        var check: String?
        if let predicate = rule.check {
            let parts = predicate.conjuncts.filter(\.inputs.oldColumns.isEmpty)
            check = text(parts, "\(verb.rawValue)_check")
        }
        let command =
            switch verb {
            case .read: "SELECT"
            case .create: "INSERT"
            case .update: "UPDATE"
            case .delete: "DELETE"
            }
        var policy =
            "CREATE POLICY \(quoted(identifier: verb.rawValue)) ON \(table) FOR \(command) "
            + "TO \(Self.callers)"
        if let using { policy += "\n  USING (\(using))" }
        if let check { policy += "\n  WITH CHECK (\(check))" }
        statements.append(policy)
    }

    /// Conditions that all hold. Those that look rows up are calls of functions, which are made.
    private mutating func text(_ predicates: [Predicate], _ label: String) -> String {
        var parts: [String] = []
        for part in predicates.flatMap(\.conjuncts) {
            if part.inputs.models.isEmpty {
                let text = dialect.text(of: part.condition(on: model.name))
                parts.append(part.root.isSimple ? text : "(\(text))")
                continue
            }
            let number = parts.count + 1
            let name = function(number == 1 ? label : "\(label)_\(number)")
            make(name, ["row"], dialect.text(of: part.condition(on: "row")))
            parts.append("\(name)(\(quoted(identifier: model.name)).*)")
        }
        return parts.isEmpty ? "true" : parts.joined(separator: " AND ")
    }

    /// Makes a function over rows of the table, which reads others as their owner.
    private mutating func make(_ name: String, _ rows: [String], _ condition: String) {
        let parameters = rows.map { "\(quoted(identifier: $0)) \(table)" }
        statements.append(
            "CREATE FUNCTION \(name)(\(parameters.joined(separator: ", "))) RETURNS boolean\n"
                + "  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''\n"
                + "  AS \(dialect.literal("SELECT \(condition)"))")
    }

    // MARK: Triggers

    /// What an update sets by itself, and what it must not change.
    private mutating func writeUpdates() {
        var touched: [String] = []
        for column in model.columns {
            guard let source = column.onUpdate else { continue }
            guard let text = ComputedColumn.text(of: source) else {
                notes.append("\(model.name).\(column.name): onUpdate \(source.text)")
                continue
            }
            let name = quoted(identifier: column.name)
            touched.append(
                "IF NEW.\(name) IS NOT DISTINCT FROM OLD.\(name) THEN NEW.\(name) := \(text); "
                    + "END IF;")
        }
        if !touched.isEmpty {
            // What a reference or another trigger does is no update of somebody's.
            trigger(
                "10_touch", "touch", when: "pg_trigger_depth() = 0",
                touched.joined(separator: "\n  "))
        }
        let compared = (rulebook.rule(model.name, .update)?.check?.conjuncts ?? [])
            .filter { !$0.inputs.oldColumns.isEmpty }
        guard !compared.isEmpty else { return }
        let conditions = compared.map { dialect.text(of: $0.condition(on: "new", old: "old")) }
        let name = function("unchanged")
        make(name, ["new", "old"], conditions.map { "(\($0))" }.joined(separator: " AND "))
        // A trigger of before has no computed values to look at.
        let moment = model.computedColumns.isEmpty ? "BEFORE" : "AFTER"
        // As policies, it holds for those only whom row-level security is for.
        // What references do is done as the owner of the tables, whom it is not for.
        trigger(
            "20_check", "check", on: "\(moment) UPDATE",
            when: "row_security_active(\(dialect.literal(table))::regclass::oid) "
                + "AND \(name)(NEW, OLD) IS NOT TRUE",
            """
            RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = format(
                'new row violates row-level security policy for table "%s"', TG_TABLE_NAME);
            """)
    }

    /// A deletion of a row that is there sets the column; what a reference takes along goes.
    private mutating func writeSoftDelete() {
        guard let index = model.deletedAt else { return }
        let column = quoted(identifier: model.columns[index].name)
        let isIt = model.primaryKey.map { index in
            let name = quoted(identifier: model.columns[index].name)
            return "\(name) = OLD.\(name)"
        }
        trigger(
            "30_soft_delete", "soft_delete", on: "BEFORE DELETE",
            when: "OLD.\(column) IS NULL AND pg_trigger_depth() = 0",
            "UPDATE \(table) SET \(column) = now() WHERE \(isIt.joined(separator: " AND "));",
            returning: "NULL")
    }

    /// Makes a trigger. Its body finds functions of ours by their names, which callers
    /// may not: so it runs as the owner of the tables. The condition is the caller's.
    private mutating func trigger(
        _ name: String, _ part: String, on event: String = "BEFORE UPDATE",
        when condition: String, _ body: String, returning row: String = "NEW"
    ) {
        let function = function(part)
        statements.append(
            "CREATE FUNCTION \(function)() RETURNS trigger LANGUAGE plpgsql\n"
                + "  SECURITY DEFINER SET search_path = ''\n  AS "
                + dialect.literal("BEGIN\n  \(body)\n  RETURN \(row);\nEND"))
        statements.append(
            "CREATE TRIGGER \(quoted(identifier: "apus_" + name)) \(event) ON \(table)\n"
                + "  FOR EACH ROW WHEN (\(condition))\n"
                + "  EXECUTE FUNCTION \(function)()")
    }

    // MARK: Feed

    /// Adds the table to Supabase's feed, if the model has one.
    private mutating func publish() {
        guard model.realtime != nil else { return }
        statements.append("ALTER PUBLICATION supabase_realtime ADD TABLE \(table)")
        if rulebook.rule(model.name, .read)?.using?.constant == true || model.primaryKey.isEmpty {
            // Whoever listens is told of the row as it was, too: all that tells one without a key.
            statements.append("ALTER TABLE \(table) REPLICA IDENTITY FULL")
        } else {
            notes.append(
                "\(model.name): no policy is asked about rows that are deleted; so whoever "
                    + "listens to supabase_realtime is told the key of each, and old rows of none")
        }
    }

    // MARK: Grants

    private mutating func writeGrants() {
        statements.append("GRANT ALL ON \(table) TO service_role")
        if isAllowed(.delete) {
            statements.append("GRANT DELETE ON \(table) TO \(Self.callers)")
        }
        for (verb, privilege) in [
            (Verb.read, "SELECT"), (.create, "INSERT"), (.update, "UPDATE"),
        ] where isAllowed(verb) {
            let free = model.columns.indices.filter { isFree($0, verb) }
            let names = free.map { quoted(identifier: model.columns[$0].name) }
            if free.isEmpty { continue }
            let list =
                free.count == model.columns.count ? "" : " (\(names.joined(separator: ", ")))"
            statements.append("GRANT \(privilege)\(list) ON \(table) TO \(Self.callers)")
        }
    }

    /// Whether there may be a row with which a caller may do something. Where there is none, the
    /// privilege is missing, too: not everything that runs on a PostgreSQL asks policies.
    private func isAllowed(_ verb: Verb) -> Bool {
        guard let rule = rulebook.rule(model.name, verb) else { return false }
        return ![rule.using, rule.check].contains { $0?.constant == false }
    }

    /// Whether whoever may do something with a row may do it with a column.
    private mutating func isFree(_ index: Int, _ verb: Verb) -> Bool {
        let column = model.columns[index]
        if verb != .read, column.isReadOnly { return false }
        guard let rule = rulebook.columnRule(model.name, index, verb) else { return true }
        if let truth = rule.constant { return truth }
        notes.append(
            "\(model.name).\(column.name): its rule for \(verb.rawValue) depends on the caller or "
                + "the row; nobody but service_role has the privilege")
        return false
    }
}

extension Expression {
    /// Whether its text binds as tightly as any.
    fileprivate var isSimple: Bool { if case .constant = self { true } else { false } }
}
