import Diagnostics
import Schema
import Store
import StoreSQLite
import Values

@testable import Expressions

/// A rule is refused, or it means the same in SQL and in memory, for every row and caller.
@Sendable func fuzzRule(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    for purpose in [Purpose.access, .updateCheck] {
        let resolver = Resolver(Project.shared.catalogue)
        guard
            let predicate = resolver.predicate(
                ExpressionSource(text), model: laboratory.model, purpose: purpose),
            resolver.diagnostics.isEmpty
        else { continue }
        for identity in Project.identities { compare(predicate, identity) }
    }
}

private func compare(_ predicate: Predicate, _ identity: Identity) {
    for (index, row) in laboratory.rows.enumerated() {
        let inSQL = laboratory.inSQL(predicate, row: index, identity)
        // What has had no time left, on a busy machine, says nothing of what it comes to.
        if inSQL == .problem("57014") { continue }
        let inMemory = laboratory.inMemory(
            predicate, new: row, old: laboratory.rows[(index + 1) % laboratory.rows.count],
            identity)
        // SQLite computes all sides of an "or" whose value is asked for: one that memory has not
        // come to may overflow, and then does so by itself.
        if inSQL == .problem("22003"), inMemory != inSQL,
            laboratory.sides(of: predicate).contains(where: {
                laboratory.inMemory(
                    $0, new: row, old: laboratory.rows[(index + 1) % laboratory.rows.count],
                    identity) == inSQL
            })
        {
            continue
        }
        require(
            inSQL == inMemory,
            "row \(index + 1) for \(identity.role): SQL \(inSQL), memory \(inMemory)")
    }
}

/// What a rule comes to.
private enum Verdict: Equatable {
    case truth(Bool?)
    /// The problem's code.
    case problem(String)

    init(_ work: () throws(Problem) -> Bool?) {
        do throws(Problem) {
            self = .truth(try work())
        } catch {
            self = .problem(error.code)
        }
    }
}

private let laboratory = Laboratory()

/// The rows of the project, and both ways to judge them. There is one thread.
private final class Laboratory: @unchecked Sendable {
    let model: Model
    let rows: [[Value]]
    private let reader: SQLiteReader
    private let now = Instant(seconds: 1_767_225_600)

    /// The sides of all that is joined by "or" and "and", each alone.
    func sides(of predicate: Predicate) -> [Predicate] {
        var sides: [Expression] = []
        var left = [predicate.root]
        while let next = left.popLast() {
            if case .any(let operands) = next {
                sides += operands
                left += operands
            }
            if case .all(let operands) = next {
                sides += operands
                left += operands
            }
            if case .not(let operand) = next { left.append(operand) }
        }
        return sides.map {
            Predicate(model: predicate.model, root: $0, arguments: predicate.arguments)
        }
    }

    init() {
        let project = Project.shared
        guard let model = project.catalogue.model("notes") else { fatalError("no notes") }
        let names = model.columns.map { quoted(identifier: $0.name) }.joined(separator: ", ")
        do {
            reader = try project.database.makeReader()
            rows = try reader.query(SQL(text: "SELECT \(names) FROM notes ORDER BY id")) {
                (found) throws(DatabaseError) in
                var rows: [[Value]] = []
                while try found.next() {
                    rows.append(model.columns.indices.map { found.value($0) })
                }
                return rows
            }
        } catch {
            fatalError("\(error)")
        }
        self.model = model
    }

    /// What SQLite answers for a row, whose old image is the next one.
    func inSQL(_ predicate: Predicate, row: Int, _ identity: Identity) -> Verdict {
        var writer = StatementWriter(SQLiteDialect())
        writer.append("SELECT ")
        writer.append(predicate.condition(on: "t", old: "o"), .not)
        writer.append(" FROM notes AS t, notes AS o WHERE t.id = \(row + 1) ")
        writer.append("AND o.id = \((row + 1) % rows.count + 1)")
        let sql = writer.statement
        return Verdict { () throws(Problem) in
            switch try scalar(sql, identity.context(now: now)) {
            case .null: nil
            case .integer(let truth): truth != 0
            case let value: fatalError("\(value) in \(sql.text)")
            }
        }
    }

    /// What the evaluator answers.
    func inMemory(
        _ predicate: Predicate, new: [Value], old: [Value], _ identity: Identity
    ) -> Verdict {
        let evaluation = Evaluation(
            context: identity.context(now: now), dialect: SQLiteDialect(), lookup: scalar)
        return Verdict { () throws(Problem) in
            try predicate.evaluate(RowInput(new: new, old: old, model: model), in: evaluation)
        }
    }

    private func scalar(_ sql: BoundSQL, _ context: QueryContext) throws(Problem) -> Value {
        try worded { () throws(DatabaseError) in try reader.scalar(sql, context) }
    }
}
