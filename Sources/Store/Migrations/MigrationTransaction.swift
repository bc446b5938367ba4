public import Diagnostics

/// One transaction that may change tables. Valid inside the closure it was given to, on its thread.
///
/// Tables and columns are named as ``DatabaseStructure`` names them: in lower case. An engine that
/// tells cases apart finds out what they are called.
public protocol MigrationTransaction: AnyObject {
    // MARK: Tables

    /// The tables and indexes that are there at this moment.
    func structure() throws(DatabaseError) -> StructureDescription

    /// Executes a statement of ``DefinitionDialect``.
    func execute(_ statement: String) throws(DatabaseError)

    /// Takes down that development has made a part that is there.
    func claim(_ part: SchemaPart) throws(DatabaseError)

    /// What development has made of what is there; nil where nobody else makes anything: then it is
    /// all that no migration file builds.
    func claimed() throws(DatabaseError) -> Set<SchemaPart>?

    /// What a query finds, as far as that shows before there are rows, in tables that are made for
    /// it and gone then: for databases that are thrown away.
    func finding(of query: TableQuery) throws(DatabaseError) -> QueryFinding

    // MARK: Files

    /// Runs one statement of a migration file.
    ///
    /// - Throws: `other` with the line of the statement at fault, in the words that its author is
    ///   to read; `stillReferenced` for what would take rows of other tables along with those that
    ///   it drops or replaces.
    func run(_ statement: MigrationScript.Statement) throws(DatabaseError)

    /// Runs a query that is to find no rows.
    ///
    /// - Returns: those that it finds, each as literals; no more than `limit`.
    func findings(of query: String, limit: Int) throws(DatabaseError) -> [[String]]

    /// Takes note that all statements of a file, or all drops, have run: what belonged to tables
    /// that are gone goes too.
    func endScript() throws(DatabaseError)

    /// Two tables of which rows of the first refer to rows of the second that are not there; nil
    /// where none does.
    func brokenReference() throws(DatabaseError) -> (table: String, parent: String)?

    /// Whether a statement failed since what it makes is there already.
    func isRepetition(_ error: DatabaseError) -> Bool

    /// The files that were applied, oldest first.
    func migrationRecords() throws(DatabaseError) -> [MigrationRecord]

    /// The files that have begun without a transaction and not come to their end.
    func migrationProgress() throws(DatabaseError) -> [MigrationProgress]

    /// Takes down that a file begins which runs without a transaction, and clears away what its
    /// statements have left if it began before and did not end.
    func begin(_ record: MigrationRecord, _ script: MigrationScript) throws(DatabaseError)

    /// Carries out a part of a file that has begun, together with the note that it is done.
    ///
    /// - Parameter body: runs the part's statements in the transaction that it is given. Where that
    ///   is taken back since others were in its way, it runs again; where the part was done before
    ///   and only the note is missing, it does not run.
    func carryOut(
        _ part: MigrationPart, _ body: (any MigrationTransaction) throws(Problem) -> Void
    ) throws(Problem)

    /// Takes down that a file is applied.
    func remember(_ record: MigrationRecord) throws(DatabaseError)

    // MARK: Rows

    /// The rows of a table, and those with a value in each of the columns that counts.
    func counts(
        of columns: [CountedColumn], in table: String
    ) throws(DatabaseError) -> (rows: Int, values: [Int])

    /// The values that most rows of a table share in these columns, as literals, and how many do;
    /// nil where no two do.
    func commonest(
        _ columns: [String], in table: String
    ) throws(DatabaseError) -> (values: [String], count: Int)?

    /// Inserts those rows whose keys are not there. The others are left as they are.
    ///
    /// - Throws: what is wrong with one of the rows. Some of the others may be there then: whoever
    ///   does not undo all of it can do it again.
    func plant(_ rows: SeedRows) throws(DatabaseError) -> SeedOutcome

    /// Checks foreign keys at the end of the transaction instead of after each statement, where the
    /// engine can.
    func deferForeignKeys() throws(DatabaseError)

    /// Lets a sequence go on after the greatest value that its table holds now.
    func raise(_ sequence: IdentitySequence) throws(DatabaseError)

    /// Lets a sequence go on after a number, unless it is beyond that.
    func raise(_ sequence: IdentitySequence, to number: Int64) throws(DatabaseError)
}

extension MigrationTransaction {
    /// The database is the server's alone.
    public func claim(_ part: SchemaPart) throws(DatabaseError) {}

    /// The database is the server's alone.
    public func claimed() throws(DatabaseError) -> Set<SchemaPart>? { nil }

    /// Every file runs in a transaction.
    public func migrationProgress() throws(DatabaseError) -> [MigrationProgress] { [] }

    /// Every file runs in a transaction.
    public func begin(
        _ record: MigrationRecord, _ script: MigrationScript
    ) throws(DatabaseError) {}

    /// Every file runs in a transaction.
    public func carryOut(
        _ part: MigrationPart, _ body: (any MigrationTransaction) throws(Problem) -> Void
    ) throws(Problem) {
        try body(self)
    }
}
