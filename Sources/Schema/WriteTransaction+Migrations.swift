public import Diagnostics
import Store
public import StoreSQLite
import Values

extension DatabaseStructure {
    /// The tables and indexes that are there at this moment of a write.
    public init(of transaction: WriteTransaction) throws(Problem) {
        self.init(statements: try transaction.schemaStatements())
    }
}

extension WriteTransaction {
    /// Runs `body` and words its errors for the command line.
    func migrating<R>(
        _ body: (WriteTransaction) throws(DatabaseError) -> R
    ) throws(Problem) -> R {
        do throws(DatabaseError) {
            return try body(self)
        } catch {
            throw .migration(error.wording)
        }
    }

    /// The statements that would make the tables and indexes that are there, without the server's
    /// own.
    func schemaStatements() throws(Problem) -> [String] {
        try migrating { transaction throws(DatabaseError) in
            try transaction.query(
                SQL(
                    text: "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL "
                        + "AND substr(tbl_name, 1, 6) <> '_apus_' ORDER BY rowid")
            ) { rows throws(DatabaseError) in
                var statements: [String] = []
                while try rows.next() { statements.append(rows.text(0)) }
                return statements
            }
        }
    }

    /// The migration files that were applied, oldest first. Makes the table of them where there is
    /// none yet.
    func migrationRecords() throws(Problem) -> [MigrationRecord] {
        try migrating { transaction throws(DatabaseError) in
            try transaction.executeScript(Migrator.recordTable)
            return try transaction.query(
                SQL(text: MigrationRecord.selection), .none, MigrationRecord.all)
        }
    }

    // MARK: Files

    /// Hands the statements of a file to `perform` one after the other, and judges the rows that
    /// they leave.
    func run(
        _ file: MigrationFile,
        _ perform: (WriteTransaction, SQLScript.Statement, SourceFile) throws(Problem) -> Void
    ) throws(Problem) {
        let source = SourceFile(path: file.path, bytes: file.text)
        for statement in SQLScript(file.text).statements { try perform(self, statement, source) }
        let fault = try migrating { transaction throws(DatabaseError) in
            try transaction.forgetDroppedSequences()
            return try transaction.foreignKeyFault(in: file.path)
        }
        if let fault { throw .migration(fault) }
    }

    /// Runs one statement of a migration file.
    ///
    /// - Parameter advice: What to do where the database has already what the statement makes.
    func run(
        _ statement: SQLScript.Statement, _ source: SourceFile, whereRepeating advice: String? = nil
    ) throws(Problem) {
        if let kept = statement.keptResolution {
            throw .kept(kept, at: source.location(kept.offset))
        }
        do throws(DatabaseError) {
            try executeScript(statement.text, replacesRows: statement.replacesRows)
        } catch {
            throw .migration(
                error.wording(in: source, at: statement.offset) + example(of: error),
                hint: error.advice ?? (error.isRepetition ? advice : nil))
        }
    }

    /// Takes down that a file is applied.
    func remember(_ file: MigrationFile, at now: Instant) throws(Problem) {
        try migrating { transaction throws(DatabaseError) in
            try transaction.executeScript(Migrator.recordTable)
            var sql = SQL("INSERT INTO _apus_migrations VALUES (")
            for (index, text) in [file.version, file.name, file.checksum, now.postgres]
                .enumerated()
            {
                if index > 0 { sql.append(", ") }
                sql.append(argument: .text(text), .text)
            }
            sql.append(")")
            try transaction.run(sql)
        }
    }

    /// Executes the additions of a difference: `apus dev`.
    ///
    /// - Throws: `migration_failed` naming the addition that rows stand in the way of.
    public func add(_ additions: [Difference.Addition]) throws(Problem) {
        for addition in additions {
            do throws(DatabaseError) {
                try executeScript(addition.statement)
            } catch {
                throw .migration(
                    "\(addition.what) cannot be added: \(error.wording)" + example(of: error))
            }
        }
    }

    /// What is wrong where rows that `source` left refer to others that are not there; nil where
    /// none does.
    func foreignKeyFault(in source: String) throws(DatabaseError) -> String? {
        guard let first = try foreignKeyViolations().first else { return nil }
        return "\(source): rows of \"\(first.table)\" refer to rows of \"\(first.parent)\" "
            + "that are not there"
    }

    // MARK: Duplicates

    /// The most characters of a value that are shown.
    private static let exampleLengthMax = 60

    /// For rows that are alike: the value that most of them have, for the operator's eyes only.
    /// Empty where there is none.
    private func example(of error: DatabaseError) -> String {
        guard case .unique(let table, let columns) = error, !columns.isEmpty else { return "" }
        let names = columns.map(DDL.quoted)
        let list = names.joined(separator: ", ")
        let present = names.map { "\($0) IS NOT NULL" }.joined(separator: " AND ")
        let sql = SQL(
            text: "SELECT count(*), \(list) FROM \(DDL.quoted(table)) WHERE \(present) "
                + "GROUP BY \(list) HAVING count(*) > 1 ORDER BY 1 DESC LIMIT 1")
        do throws(DatabaseError) {
            return try query(sql) { rows throws(DatabaseError) -> String in
                guard try rows.next() else { return "" }
                let values = names.indices.map { index -> String in
                    let text = SQLiteDialect().literal(rows.value(index + 1), .text)
                    return text.count > Self.exampleLengthMax
                        ? String(text.prefix(Self.exampleLengthMax)) + "…" : text
                }
                return ": \(values.joined(separator: ", ")) is in \(rows.int64(0)) of them"
            }
        } catch {
            // The fault itself is worded without it.
            return ""
        }
    }
}
