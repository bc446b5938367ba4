import Diagnostics
import Store

/// A file that runs without a transaction, in parts that are done one after the other: whatever
/// ends it in its midst, the next attempt goes on behind those that are done.
struct MigrationParts {
    /// What is run at once, and the queries before it that are to find no rows.
    private struct Part {
        let expectations: Range<Int>
        let statements: Range<Int>
    }

    private let file: MigrationFile
    private let script: MigrationScript
    private let source: SourceFile
    /// How many statements are done.
    private let done: Int
    /// Whether it has begun before.
    let hasBegun: Bool

    /// - Parameter progress: how far an attempt before this one came, if there was one.
    /// - Throws: `migration_failed` where statements have changed that are done.
    init(
        _ file: MigrationFile, _ script: MigrationScript, after progress: MigrationProgress?
    ) throws(Problem) {
        self.file = file
        self.script = script
        source = SourceFile(path: file.path, bytes: file.text)
        hasBegun = progress != nil
        done = progress?.done ?? 0
        guard let progress, done > 0 else { return }
        let isKept = done <= script.statements.count && Self.sum(script, to: done) == progress.sum
        if isKept, file.runsOutsideTransaction { return }
        throw .migration(
            "\(file.path): its first \(Self.count(done)) done already, "
                + (isKept
                    ? "and it says no more that it runs without a transaction"
                    : "and have changed since"),
            hint: isKept
                ? "Put '\(MigrationHeader.Directive.noTransaction.line)' at its head again."
                : "Restore those statements as they were, from version control. What stands behind "
                    + "them has not run yet and may be changed.")
    }

    private static func sum(_ script: MigrationScript, to end: Int) -> String {
        MigrationHeader.sum(of: script.statements[..<end].map(\.text))
    }

    private static func count(_ done: Int) -> String {
        done == 1 ? "statement is" : "\(done) statements are"
    }

    /// Runs what is not done.
    ///
    /// - Throws: `migration_failed` as ``Store/MigrationTransaction`` does, and what is to be done.
    func run(in transaction: any MigrationTransaction) throws(Problem) {
        // What the session of an earlier attempt was told, this one is.
        for statement in script.statements[..<done] where statement.isSetting {
            try transaction.run(statement, source)
        }
        var next = done
        while let part = part(from: next) {
            do throws(Problem) {
                for place in part.expectations {
                    try transaction.run(script.statements[place], source)
                }
                if !part.statements.isEmpty { try carryOut(part.statements, in: transaction) }
            } catch {
                guard error.code == "migration_failed" else { throw error }
                var problem = error
                problem.hint = hint(after: next)
                throw problem
            }
            next = part.statements.upperBound
        }
    }

    private func carryOut(
        _ places: Range<Int>, in transaction: any MigrationTransaction
    ) throws(Problem) {
        let statements = script.statements[places]
        let sum = Self.sum(script, to: places.upperBound)
        let part = MigrationPart(version: file.version, statements: statements, sum: sum)
        try transaction.carryOut(part) { transaction throws(Problem) in
            for (place, statement) in zip(places, statements) {
                try transaction.run(
                    statement, source,
                    whereBroken: { try? found(before: place, in: transaction) })
            }
            let fault = try migrating { () throws(DatabaseError) in
                try transaction.foreignKeyFault(in: file.path)
            }
            if let fault { throw .migration(fault) }
        }
    }

    /// What is said of rows that are in the way of a statement which failed: those that the last
    /// query before it finds by now. Nil where there is no such query, and where it finds none.
    private func found(
        before place: Int, in transaction: any MigrationTransaction
    ) throws(Problem) -> String? {
        guard let query = script.statements[..<place].last(where: { $0.expectation != nil })
        else { return nil }
        let location = source.location(script.statements[place].offset).description
        return try transaction.found(by: query.text, query.expectation ?? "", at: location)
    }

    private func hint(after done: Int) -> String {
        if done == 0 { return "Nothing of the file was applied." }
        return "Its first \(Self.count(done)) done, and what they did stays. Apply it again once "
            + "the cause is gone: it goes on here. This statement and those behind it may be "
            + "changed."
    }

    private func part(from start: Int) -> Part? {
        let all = script.statements
        guard start < all.endIndex else { return nil }
        let first = all[start...].firstIndex { $0.expectation == nil } ?? all.endIndex
        var end = min(first + 1, all.endIndex)
        if first < all.endIndex, let table = all[first].momentaryTable {
            while end < all.endIndex, all[end].momentaryTable == table,
                all[end].expectation == nil
            {
                end += 1
            }
        }
        return Part(expectations: start..<first, statements: first..<end)
    }
}
