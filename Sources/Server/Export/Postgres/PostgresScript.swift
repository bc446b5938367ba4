import Diagnostics
import Expressions
import Schema
import Store
import StorePostgres

/// A project as one script for a PostgreSQL of its own: what stands before the rows of its tables
/// and behind them.
struct PostgresScript {
    /// Makes roles, functions and tables.
    private(set) var beginning: [String] = []
    /// Makes indexes, references and access.
    private(set) var end: [String] = []
    /// What did not translate, a line each.
    private(set) var notes: [String] = []
    private let dialect = PolicyDialect()

    /// - Throws: `SchemaFailure` with the faults of checks and index conditions, and with columns
    ///   that no table there can have.
    init(_ catalogue: Catalogue, _ rulebook: Rulebook) throws(SchemaFailure) {
        let taken = catalogue.models.flatMap(\.columns).filter {
            PolicyDialect.systemColumns.contains($0.name)
        }
        guard taken.isEmpty else { throw SchemaFailure(diagnostics: taken.map(\.taken)) }
        let place = PolicyDialect.functions
        end.append(
            "GRANT USAGE ON SCHEMA \(PolicyDialect.tables) TO anon, authenticated, service_role")
        var references: [String] = []
        for model in catalogue.tables {
            let definition = try model.definition { source, model throws(SchemaFailure) in
                try rulebook.definition(of: source, in: model)
            }
            write(model, definition, &references)
        }
        end += references
        for model in catalogue.views {
            let view = ViewScript(model, rulebook)
            end += view.statements
            notes += view.notes
        }
        if catalogue.models.contains(where: { $0.realtime != nil }) { end.append(Self.publication) }
        for model in catalogue.tables {
            let policies = PolicyScript(model, rulebook)
            end += policies.statements
            notes += policies.notes
        }
        beginning =
            Self.session + Self.roles + Self.authentication
            + [
                "CREATE SCHEMA IF NOT EXISTS \(place)",
                // Its functions see all rows. Whoever may call them by name is told of hidden ones;
                // policies and conditions of triggers hold them by number, and need no privilege.
                "REVOKE ALL ON SCHEMA \(place) FROM public, \(PolicyScript.callers)",
            ]
            + dialect.functions(calledIn: beginning + end) + beginning
        notes.append("accounts, files, channels and what is kept of changes are not in it")
    }

    // MARK: Tables

    private mutating func write(
        _ model: Model, _ definition: TableDefinition, _ references: inout [String]
    ) {
        let definitions = dialect.definitions
        let table = dialect.table(model.name)
        let numbersRows = model.table.numbersRows
        let key = Table.Key(
            definition.primaryKey.name, numbersRows ? [] : definition.primaryKey.columns)
        let alone = TableDefinition(
            definition.name, Array(definition.columns.prefix(model.columns.count)), primaryKey: key,
            uniques: definition.uniques, references: [], checks: definition.checks, indexes: [])
        beginning.append(definitions.createTable(alone))
        // Before there is any row: a script that is cut must not leave one open. A database may
        // have been told to give everything to everybody.
        beginning.append("ALTER TABLE \(table) ENABLE ROW LEVEL SECURITY")
        beginning.append("REVOKE ALL ON \(table) FROM public, \(PolicyScript.callers)")
        for column in model.columns {
            let name = quoted(identifier: column.name)
            if case .expression(let source)? = column.default {
                if let text = ComputedColumn.text(of: source) {
                    beginning.append(
                        "ALTER TABLE \(table) ALTER COLUMN \(name) SET DEFAULT \(text)")
                } else {
                    notes.append("\(model.name).\(column.name): the default \(source.text)")
                }
            }
            if let rest = column.checkedByServerAlone {
                notes.append("\(model.name).\(column.name): \(rest), which the server checks alone")
            }
        }
        if let identity = model.table.identity, !numbersRows {
            end.append(advance(identity.sequence))
        }
        end += definition.indexes.map { definitions.createIndex($0, of: definition) }
        for reference in definition.references {
            references.append(
                "ALTER TABLE \(table) ADD CONSTRAINT \(quoted(identifier: reference.name)) "
                    + definitions.foreignKey(reference, of: definition))
        }
    }

    /// Has the numbers of a column go on where the server's own would at its next start.
    private func advance(_ sequence: IdentitySequence) -> String {
        let table = dialect.table(sequence.table)
        let name = quoted(identifier: sequence.column)
        let column = dialect.literal(sequence.column)
        let id = "pg_get_serial_sequence(\(dialect.literal(table)), \(column))"
        return "SELECT setval(\(id), greatest(max(\(name)), 0) + 1, false) FROM \(table)\n"
            + "  WHERE \(name) <= \(sequence.countedMax)"
    }

    // MARK: Around them

    private static let publication = unless(
        "EXISTS (SELECT FROM pg_publication WHERE pubname = 'supabase_realtime')",
        "CREATE PUBLICATION supabase_realtime")

    private static let session = [
        "SET client_encoding = 'UTF8'", "SET standard_conforming_strings = on",
        "SET client_min_messages = warning", "SET datestyle = 'ISO, YMD'",
    ]

    private static let roles = [
        ("anon", "NOLOGIN NOINHERIT"), ("authenticated", "NOLOGIN NOINHERIT"),
        ("service_role", "NOLOGIN NOINHERIT BYPASSRLS"),
    ].map { name, options in
        unless(
            "EXISTS (SELECT FROM pg_roles WHERE rolname = '\(name)')",
            "CREATE ROLE \(name) \(options)")
    }

    /// Supabase's functions that tell who asks, where they are not there.
    private static let authentication =
        [
            unless(
                "to_regnamespace('auth') IS NOT NULL",
                "CREATE SCHEMA auth;\n  GRANT USAGE ON SCHEMA auth TO anon, authenticated, "
                    + "service_role")
        ]
        + [
            ("jwt", "jsonb", "nullif(current_setting('request.jwt.claims', true), '')::jsonb"),
            ("uid", "uuid", "nullif(auth.jwt() ->> 'sub', '')::uuid"),
            ("role", "text", "coalesce(auth.jwt() ->> 'role', 'anon')"),
            ("email", "text", "auth.jwt() ->> 'email'"),
        ].map { name, type, body in
            unless(
                "to_regprocedure('auth.\(name)()') IS NOT NULL",
                "CREATE FUNCTION auth.\(name)() RETURNS \(type) LANGUAGE sql STABLE AS "
                    + "$function$SELECT \(body)$function$")
        }

    private static func unless(_ condition: String, _ statement: String) -> String {
        "DO $do$ BEGIN IF NOT (\(condition)) THEN\n  \(statement);\nEND IF; END $do$"
    }
}

extension Column {
    /// The fault of a name that PostgreSQL keeps for itself.
    fileprivate var taken: Diagnostic {
        Diagnostic("every table of PostgreSQL has a column \"\(name)\" of its own", at: location)
    }
}
