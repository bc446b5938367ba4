import Diagnostics
import Foundation
import Store

@testable import Schema

/// One database, its models and files.
struct LifeStage {
    /// An edit that is going to be made.
    private struct Edit {
        let words: [String]
        let way: Life.Way
        let maker: EditMaker
        let outcome: Oracle.Outcome
        let files: [(String, String)]
        let declared: DeclaredTables
    }

    private let seed: UInt64
    private let place: LifePlace
    private let kills: Bool
    private var dice: Dice
    private var maker: EditMaker
    private var oracle = Oracle()
    private var set: MigrationSet
    /// Whether `dev` has made what no file has.
    private var isAhead = false
    private var handmade: [Handmade] = []
    private var stepCount = 0

    init(seed: UInt64, isPostgres: Bool, kills: Bool) throws {
        self.seed = seed
        self.kills = kills
        place = try LifePlace(isPostgres: isPostgres)
        dice = Dice(seed: seed)
        maker = EditMaker(dice: Dice(seed: dice.seed()), isPostgres: place.isPostgres)
        set = try place.emptySet
    }

    // MARK: Steps

    /// Fills the tables, edits the models once and looks at what came of it.
    mutating func step(_ summary: inout Life.Summary) throws {
        stepCount += 1
        try fill()
        guard let edit = try nextEdit(&summary) else { return }
        summary.edits += 1
        let before = try place.structure()
        do {
            try make(edit, before, &summary)
        } catch let fault as LifeFault {
            throw LifeFault(text: try told(fault.text, edit))
        } catch {
            throw LifeFault(text: try told(words(of: error), edit))
        }
        try makeByHand(&summary)
    }

    private func told(_ fault: String, _ edit: Edit) throws -> String {
        let old = maker.models.map { "\($0.name): \($0.file(among: maker.models))" }
        let new = edit.files.map { "\($0.0): \($0.1)" }
        let rows = maker.models.map { model in
            let lines = (oracle.rows[model.id] ?? []).prefix(12).map { row in
                "\(model.columns.map { row[$0.id] ?? .null })"
                    .replacing("ModelLife.Cell.", with: "")
            }
            return "\(model.name):\n\(lines.joined(separator: "\n"))"
        }
        return """
            === \(fault)
            seed of the database \(seed), step \(stepCount), \(edit.way): \(edit.words)
            \(old.joined(separator: "\n"))
            --- to
            \(new.joined(separator: "\n"))
            --- rows
            \(rows.joined(separator: "\n"))
            """
    }

    private mutating func fill() throws {
        for model in maker.models {
            for _ in 0..<dice.number(0...3) where (oracle.rows[model.id]?.count ?? 0) < 10 {
                guard let row = maker.values.row(of: model, in: oracle) else { continue }
                try place.insert(row, into: model)
                oracle.rows[model.id, default: []].append(row)
            }
        }
    }

    private mutating func nextEdit(_ summary: inout Life.Summary) throws -> Edit? {
        for _ in 0..<40 {
            var edited = maker
            edited.rows = oracle.rows
            edited.begin(forgets: !isAhead && dice.chance(60))
            let words = edited.edit()
            maker.dice = edited.dice
            maker.values = edited.values
            if words.isEmpty { continue }
            let outcome = oracle.edited(to: edited.models)
            let files = edited.models.map { model in
                ("models/\(model.name).json", model.file(among: edited.models))
            }
            guard let catalogue = try? Catalogue(parsing: files.map { ($0.0, Array($0.1.utf8)) })
            else {
                summary.passedOver += 1
                continue
            }
            if case .unsure = outcome {
                summary.passedOver += 1
                continue
            }
            guard let declared = try declared(catalogue, files) else {
                summary.passedOver += 1
                continue
            }
            return Edit(
                words: words, way: way(outcome), maker: edited, outcome: outcome, files: files,
                declared: declared)
        }
        return nil
    }

    /// Nil for expressions that say what cannot be.
    private func declared(
        _ catalogue: Catalogue, _ files: [(String, String)]
    ) throws -> DeclaredTables? {
        do {
            return try place.declared(catalogue)
        } catch is SchemaFailure {
            return nil
        } catch {
            throw LifeFault(text: "cannot be asked for: \(words(of: error))\n\(files)")
        }
    }

    private mutating func way(_ outcome: Oracle.Outcome) -> Life.Way {
        var isRefused = false
        if case .refused = outcome { isRefused = true }
        if isAhead { return isRefused || dice.chance(50) ? .dev : .takenOver }
        let number = dice.number(0...9)
        if number == 0, kills, !isRefused { return .killed }
        return number < 3 ? .dev : number < 5 && !isRefused ? .takenOver : .file
    }

    // MARK: Making

    private mutating func make(
        _ edit: Edit, _ before: DatabaseStructure, _ summary: inout Life.Summary
    ) throws {
        var isUnwritten = edit.way == .dev
        do {
            switch edit.way {
            case .dev: try develop(edit, before)
            case .file: try applyFile(edit, &summary)
            case .takenOver: isUnwritten = try !takeOver(edit, before, &summary)
            case .killed: try applyKilled(edit, before, &summary)
            }
        } catch let problem as Problem {
            return try judge(problem, edit, before, &summary)
        } catch let refusal as Refused {
            return try judge(nil, refusal.text, edit, before, &summary)
        }
        guard case .changed(var next) = edit.outcome else {
            if case .refused(let reason) = edit.outcome {
                throw LifeFault(text: "was made, although \(reason)")
            }
            return
        }
        try adoptRows(&next, &summary)
        isAhead = isUnwritten
        oracle = next
        maker = edit.maker
        handmade.removeAll { made in
            !maker.models.contains { $0.id == made.model && $0.column(made.column) != nil }
        }
        try compare(edit.declared)
    }

    /// A difference that no statement overcomes.
    private struct Refused: Error { let text: String }

    private func develop(_ edit: Edit, _ before: DatabaseStructure) throws {
        let difference = Difference.between(before, edit.declared)
        if !difference.refusals.isEmpty { throw Refused(text: "\(difference.refusals)") }
        try place.migrator(set).apply(difference)
    }

    private func extended(_ edit: Edit) throws -> MigrationSet {
        let built = try DryRun(set, on: try place.target).built
        let difference = Difference.between(built, from: .migrations, edit.declared)
        if !difference.refusals.isEmpty { throw Refused(text: "\(difference.refusals)") }
        if difference.isEmpty { return set }
        let file = MigrationFile(
            overcoming: difference, in: set.form, name: "step", after: set.latestVersion,
            now: Instant.now)
        return MigrationSet(set.files + [file], in: set.form)
    }

    private mutating func applyFile(_ edit: Edit, _ summary: inout Life.Summary) throws {
        let longer = try extended(edit)
        // What stands alone stays where a later statement is refused.
        if place.isPostgres, longer.files.last?.runsOutsideTransaction == true,
            case .refused = edit.outcome
        {
            return try develop(edit, try place.structure())
        }
        _ = try place.migrator(longer).apply()
        set = longer
        summary.files += 1
    }

    /// Whether a file could be written for what `dev` has made.
    private mutating func takeOver(
        _ edit: Edit, _ before: DatabaseStructure, _ summary: inout Life.Summary
    ) throws -> Bool {
        try develop(edit, before)
        let there = try place.structure()
        let longer: MigrationSet
        do {
            longer = try extended(edit)
        } catch let refusal as Refused {
            if try isOfLostName(refusal.text) { return false }
            throw refusal
        }
        do {
            _ = try place.migrator(longer).apply()
        } catch {
            let text = longer.files.last.map { String(decoding: $0.text, as: UTF8.self) }
            throw LifeFault(text: "not taken over: \(error)\n\(text ?? "")")
        }
        if try place.structure() != there { throw LifeFault(text: "was made twice") }
        set = longer
        summary.takenOver += 1
        return true
    }

    private mutating func applyKilled(
        _ edit: Edit, _ before: DatabaseStructure, _ summary: inout Life.Summary
    ) throws {
        let longer = try extended(edit)
        try place.write(edit.files, longer)
        let said = try place.migrate(
            ["up", "--allow-destructive"], killedAfter: dice.number(5...220))
        if said.code == 9 { summary.kills += 1 }
        let standsAlone = longer.files.last?.runsOutsideTransaction == true
        let there = try place.structure()
        let isDone = Difference.between(there, edit.declared).isEmpty
        if !standsAlone, !isDone, there != before {
            throw LifeFault(text: "after SIGKILL the database is neither before nor after")
        }
        if there == before {
            for model in maker.models {
                let found = try place.rows(of: model)
                if let fault = mismatch(oracle.rows[model.id] ?? [], found, model) {
                    throw LifeFault(text: "after SIGKILL: \(fault)")
                }
            }
        }
        let again = try place.migrate(["up", "--allow-destructive"])
        if again.code != 0 { throw Refused(text: again.lines.joined(separator: "\n")) }
        let status = try place.migrate(["status"])
        if status.code != 0 { throw LifeFault(text: "status: \(status.lines)") }
        set = longer
    }

    // MARK: Judging

    private mutating func judge(
        _ problem: Problem, _ edit: Edit, _ before: DatabaseStructure,
        _ summary: inout Life.Summary
    ) throws {
        try judge(problem, problem.message, edit, before, &summary)
    }

    /// Judges a refusal: there was a reason, and nothing has changed.
    private mutating func judge(
        _ problem: Problem?, _ message: String, _ edit: Edit, _ before: DatabaseStructure,
        _ summary: inout Life.Summary
    ) throws {
        summary.refused += 1
        if case .changed = edit.outcome, !isHeldByHandmade(edit), try !isOfLostName(message) {
            throw LifeFault(text: "was refused: \(message)")
        }
        // A trigger or index of somebody's own is no row.
        if case .refused = edit.outcome, problem != nil, !isHeldByHandmade(edit),
            !message.contains(": ("), !message.contains("there are rows")
        {
            summary.unnamed += 1
            throw LifeFault(text: "was refused without naming a row: \(message)")
        }
        if try place.structure() != before {
            throw LifeFault(text: "was refused, and left something: \(message)")
        }
        var same = oracle
        try adoptRows(&same, &summary)
    }

    /// Whether something made by hand names a column that is retyped, made anew or dropped.
    private func isHeldByHandmade(_ edit: Edit) -> Bool {
        func column(_ id: Int?, _ model: Int, _ maker: EditMaker) -> LifeModel.Column? {
            id.flatMap { id in maker.models.first { $0.id == model }?.column(id) }
        }
        return handmade.contains { made in
            let old = column(made.column, made.model, maker)
            let new = column(made.column, made.model, edit.maker)
            let (source, retyped) = (
                column(old?.generated?.of, made.model, maker),
                column(old?.generated?.of, made.model, edit.maker)
            )
            return old?.kind != new?.kind || old?.generated != new?.generated
                || source?.kind != retyped?.kind
        }
    }

    /// Whether something names a column that was renamed twice since the last file: nothing says
    /// any more which one it is.
    private func isOfLostName(_ message: String) throws -> Bool {
        let lost = handmade.filter { message.contains("'\($0.name)'") }
        if !lost.isEmpty {
            let known = try DryRun(set, on: try place.target).built.dependents.map(\.name)
            if lost.contains(where: { !known.contains($0.name) }) { return true }
        }
        let isOfConstraints = message.contains("the names of the constraints of")
        let isOfHandmade =
            message.contains("which no model declares any more")
            && handmade.contains { message.contains("\"\($0.name)\"") }
        return isAhead && (isOfConstraints || isOfHandmade)
    }

    /// Compares all rows, and takes over what the engine has made up.
    private func adoptRows(_ next: inout Oracle, _ summary: inout Life.Summary) throws {
        for model in next.models {
            let found = try place.rows(of: model)
            summary.rows += found.count
            if let fault = mismatch(next.rows[model.id] ?? [], found, model) {
                throw LifeFault(text: fault)
            }
            next.rows[model.id] = found
        }
    }

    private func mismatch(
        _ expected: [Oracle.Row], _ found: [Oracle.Row], _ model: LifeModel
    ) -> String? {
        let fresh = model.columns.filter { column in
            expected.contains { if case .fresh? = $0[column.id] { true } else { false } }
        }
        for column in fresh {
            let made = found.map { $0[column.id] ?? .null }
            let isRight =
                !made.contains(.null)
                && (column.computed == "now()" || Set(made).count == made.count)
            if !isRight { return "\(model.name).\(column.name) is filled wrongly: \(made)" }
        }
        let columns = model.columns.filter { column in !fresh.contains { $0.id == column.id } }
        func lines(_ rows: [Oracle.Row]) -> [String] {
            rows.map { row in columns.map { "\(row[$0.id] ?? .null)" }.joined(separator: ", ") }
                .sorted()
        }
        let (one, other) = (lines(expected), lines(found))
        if one == other { return nil }
        return "rows of \(model.name) (\(columns.map(\.name))): expected "
            + "\(one.filter { !other.contains($0) }), found \(other.filter { !one.contains($0) })"
            + " (\(one.count) and \(other.count))"
    }

    /// Compares what is there with what a database made afresh would have.
    private func compare(_ declared: DeclaredTables) throws {
        let live = try place.structure()
        let left = Difference.between(live, declared)
        if !left.isEmpty { throw LifeFault(text: "is left: \(left.items) \(left.refusals)") }
        let names = Set(handmade.map(\.name))
        var faults = Likeness.differences(live, declared.wanted.structure, ignoring: names)
        if !isAhead {
            let built = try DryRun(set, on: try place.target).built
            faults += Likeness.differences(live, built, ignoring: []).map { "files: \($0)" }
        }
        faults += try place.faults()
        faults += handmade.compactMap { $0.fault(maker.models, oracle.rows, in: place) }
        if !faults.isEmpty { throw LifeFault(text: faults.joined(separator: "\n")) }
    }

    // MARK: By hand

    /// Now and then somebody writes a file with a trigger, or an index over an expression.
    private mutating func makeByHand(_ summary: inout Life.Summary) throws {
        guard !isAhead, dice.chance(15), let model = dice.pick(maker.models),
            let column = dice.pick(model.columns)
        else { return }
        summary.handmade += 1
        let made = Handmade(
            name: "hand_\(summary.handmade)", isTrigger: column.kind != .text || dice.chance(50),
            model: model.id, column: column.id)
        guard let text = made.text(maker.models, isPostgres: place.isPostgres) else { return }
        let longer = set.adding(text, isPostgres: place.isPostgres)
        _ = try place.migrator(longer).apply()
        set = longer
        handmade.append(made)
    }
}
