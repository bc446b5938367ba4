import Store

/// How much of a difference is made up for.
public enum CaptureScope: Hashable, Sendable {
    /// All of it, as at a start: what is installed is then what this program would install.
    case all
    /// What is not there, does not fire or stands elsewhere, while others may serve too: what they
    /// have made in another way, and what they capture besides, is theirs.
    case lost
}

/// The statements that lead from what is installed to what should be.
struct CaptureDifference {
    let space: LogSpace
    let models: [CapturedModel]
    let state: CaptureState
    let scope: CaptureScope
    /// Whether the functions of requests may be made: migrations make them too, one at a time.
    var mayMakeRequestFunctions = true

    /// Those of the models; their numbers have been through the server.
    private var relations: [CaptureState.Relation] {
        state.relations.filter { models.indices.contains($0.model) }
    }

    /// The names of models whose table is not there.
    var missing: [String] {
        let found = Set(relations.filter(\.isRoot).map(\.model))
        return models.indices.filter { !found.contains($0) }.map { models[$0].name }
    }

    /// A column of a model that its table has not, with the table.
    var missingColumn: (table: String, column: String)? { missingColumns.first }

    /// The columns of models that their tables have not, one of each.
    var missingColumns: [(table: String, column: String)] {
        relations.filter(\.isRoot).compactMap { relation in
            relation.missingColumn.map { (models[relation.model].name, $0) }
        }
    }

    /// In their order; none when nothing differs.
    var statements: [String] {
        let gaps = lacksHistory ? [] : gaps.map { PostgresDialect.literal(models[$0].name) }
        return tables + functions + (lacksHistory ? LogTables.beginHistory(space) : [])
            + triggers.flatMap(\.statements) + notes + misplaced.map(\.removal) + leftovers
            + gaps.map { "INSERT INTO \(space.name("log")) (model, op) VALUES (\($0), 'G')" }
            + gapsOfPartitions + (notesPlace ? [LogTables.notePlace(space)] : [])
    }

    /// What had been there and has gone. In a copy all is written anew, and whoever has a cursor
    /// fetches anew: that is said once, by who sets the triggers up.
    var losses: [CaptureLoss] { isCopy ? (notesPlace ? [.copied] : []) : foundGone }

    /// Whether all was set up last in another database, or in another log in this one's place.
    private var isCopy: Bool {
        guard let noted = state.notedPlace, let place = state.place else { return false }
        return noted != place
    }

    /// Whether the place in which all is set up is to be noted.
    private var notesPlace: Bool {
        if isCopy { return scope == .all || !models.isEmpty }
        return scope == .all && (lacksFacts || state.notedPlace == nil)
    }

    private var foundGone: [CaptureLoss] {
        // Where there is nothing, nothing has been lost, unless it was there a while ago.
        let isLoss = scope == .lost || LogTables.all.contains { state.tables[$0.name] != nil }
        let history = LogTables.history.filter { isLoss && !$0.isWhole(in: state) }
        let facts = isLoss && lacksFacts ? [LogTables.facts] : []
        let known = Set(state.functions.map(\.name))
        let ofLog = LogFunctions.all(in: space).filter(isWanted).map(\.name)
        // A start may bring another version.
        let functions = (ofLog + requestFunctions.map(\.name)).filter {
            scope == .lost || !known.contains($0)
        }
        return history.map { CaptureLoss.history("\(space.schema).\($0.name)") }
            + facts.map { .facts("\(space.schema).\($0.name)") }
            + (isLoss ? functions.map { .function("\(space.schema).\($0)") } : [])
            + gaps.map { .triggers(of: models[$0].name) }
    }

    // MARK: The log

    /// The version is not looked at while others serve.
    private var lacksVersion: Bool {
        state.version == nil && (scope == .all || lacksFacts)
    }

    private var lacksFacts: Bool { !LogTables.facts.isWhole(in: state) }

    /// Those of the history stand or fall together.
    private var lacksHistory: Bool { !LogTables.history.allSatisfy { $0.isWhole(in: state) } }

    private var tables: [String] {
        let lacking =
            (lacksHistory ? LogTables.history : []) + (lacksFacts ? [LogTables.facts] : [])
        let parts =
            lacking.flatMap { $0.statements(in: space, state) }
            + (lacksVersion ? [LogTables.noteVersion(space)] : [])
        return parts.isEmpty ? [] : [LogTables.schema(space)] + parts
    }

    private var functions: [String] {
        let ofModels = triggered.flatMap { CaptureTrigger.functions(of: models[$0], in: space) }
        // Those of the log know its tables' rows.
        let ofLog = LogFunctions.all(in: space)
        let fresh = lacksHistory ? ofLog : ofLog.filter(isWanted)
        return (fresh + ofModels.filter(isWanted)).flatMap { $0.statements(in: space) }
            + requestFunctions.flatMap { [$0.statement(), $0.comment] }
    }

    private func isWanted(_ function: StoredFunction) -> Bool {
        !state.functions.contains { installed in
            installed.name == function.name && installed.isAsMade
                && (scope == .lost || installed.version == function.version)
        }
    }

    /// Those of the functions that requests call which are not there, or were made by somebody else
    /// under their names, each behind those that it calls. Their versions are looked at by
    /// migrations.
    private var requestFunctions: [DatabaseFunction] {
        guard mayMakeRequestFunctions, space.schema == DatabaseFunction.schema else { return [] }
        let noted = Set(state.functions.filter { !$0.note.isEmpty }.map(\.name))
        return DatabaseFunction.all.filter { !noted.contains($0.name) }
    }

    // MARK: Triggers

    /// What must be done to the triggers of a relation.
    private struct Repair {
        /// What may have passed it by.
        enum Gap {
            case nothing
            /// The rows that a partition came with.
            case rows
            case changes
        }

        let relation: CaptureState.Relation
        let statements: [String]
        let gap: Gap
    }

    /// Models that can be captured. At a start that is all of them, or it fails.
    private var triggered: [Int] {
        guard scope == .lost else { return Array(models.indices) }
        let unusable = Set(missing + missingColumns.map(\.table))
        return models.indices.filter { !unusable.contains(models[$0].name) }
    }

    /// What a relation should have: a partition has row triggers from its parent, and needs its own
    /// for a TRUNCATE of it alone.
    private func wanted(
        _ trigger: CaptureTrigger, on relation: CaptureState.Relation
    ) -> CaptureState.Trigger {
        CaptureState.Trigger(
            schema: relation.schema, table: relation.name, name: trigger.name,
            typeBits: trigger.typeBits, firing: CaptureState.Trigger.always,
            function: trigger.functionName(of: models[relation.model]),
            isInherited: !relation.isRoot && trigger.hasRows, isAsNoted: true)
    }

    private var triggers: [Repair] {
        let able = Set(triggered)
        return relations.filter { able.contains($0.model) }.flatMap { relation in
            CaptureTrigger.allCases.compactMap { repair($0, on: relation) }
        }
    }

    private func repair(
        _ trigger: CaptureTrigger, on relation: CaptureState.Relation
    ) -> Repair? {
        let wanted = wanted(trigger, on: relation)
        let installed = state.triggers.first { $0.hasPlace(of: wanted) }
        // That of an earlier version has captured all the same.
        let isOurs = installed?.function.hasPrefix(wanted.function) == true
        let isFiring = isOurs && installed?.firing == CaptureState.Trigger.always
        let hasFired = isFiring && installed?.isAsNoted == true
        if scope == .all ? installed == wanted : hasFired { return nil }
        // One that is not there yet comes with its parent's.
        let statements =
            wanted.isInherited
            ? isFiring ? [] : [trigger.enabling(on: relation.table)]
            : trigger.statements(on: relation.table, calling: space.name(wanted.function))
        // It has no trigger of its own yet, or has its parent's since it came.
        let isNew = isNew(relation) && (installed == nil || isFiring)
        let gap: Repair.Gap = isNew ? .rows : .changes
        return Repair(
            relation: relation, statements: statements,
            gap: hasFired || !wasCaptured(relation.model) ? .nothing : gap)
    }

    /// Whether it is a partition of which nothing has been noted yet.
    private func isNew(_ relation: CaptureState.Relation) -> Bool {
        !relation.isRoot
            && !state.triggers.contains { $0.isOn(relation) && $0.isAsNoted != nil }
    }

    /// What is right from now on is noted of all triggers of a model: those of partitions are
    /// touched with their parent's.
    private var notes: [String] {
        let touched = Set(triggers.map(\.relation.model))
        let tables = relations.filter { touched.contains($0.model) }.map(\.table)
        return tables.isEmpty ? [] : [CaptureTrigger.noting(on: tables, in: space)]
    }

    /// Whether a model was captured before. A node that serves it has seen to that.
    private func wasCaptured(_ model: Int) -> Bool {
        scope == .lost || !functions(of: model).isEmpty
    }

    private func names(of model: Int) -> Set<String> {
        CaptureTrigger.functionNames(of: models[model])
    }

    /// The functions that are there of a model's triggers.
    private func functions(of model: Int) -> [CaptureState.Function] {
        let names = names(of: model)
        return state.functions.filter { names.contains($0.name) }
    }

    /// Models of which changes may be missing in the log, or stand there that are none of theirs.
    private var gaps: [Int] {
        let altered = triggered.filter { !functions(of: $0).allSatisfy(\.isAsMade) }
        let misplaced = Set(misplaced.map(\.function))
        let others = models.indices.filter { !misplaced.isDisjoint(with: names(of: $0)) }
        let missed = triggers.filter { $0.gap == .changes }.map(\.relation.model)
        return Set(missed + altered + others).sorted()
    }

    /// Tells of partitions that have come with rows: one that is new and empty is no gap.
    private var gapsOfPartitions: [String] {
        let told = Set(gaps)
        let found = triggers.filter { $0.gap == .rows && !told.contains($0.relation.model) }
        return lacksHistory
            ? []
            : Set(found.map(\.relation)).map { relation in
                "INSERT INTO \(space.name("log")) (model, op)"
                    + " SELECT \(PostgresDialect.literal(models[relation.model].name)), 'G'"
                    + " WHERE EXISTS (SELECT FROM \(relation.table))"
            }.sorted()
    }

    /// Triggers that are where none should be: of a table that has another name by now, or is no
    /// partition any more, or under another name. While others serve, those of models of theirs
    /// stay.
    private var misplaced: [CaptureState.Trigger] {
        let wanted = relations.flatMap { relation in
            CaptureTrigger.allCases.map { self.wanted($0, on: relation) }
        }
        let ours = Set(models.indices.flatMap(names))
        return state.triggers.filter { installed in
            !installed.isInherited && !wanted.contains { installed.hasPlace(of: $0) }
                && (scope == .all || ours.contains(installed.function))
        }
    }

    /// Functions of tables that are captured no longer.
    private var leftovers: [String] {
        guard scope == .all else { return [] }
        let names = Set(models.indices.flatMap(names))
        return state.functions.map(\.name).filter {
            $0.hasPrefix(CaptureTrigger.functionPrefix) && !names.contains($0)
        }.map { "DROP FUNCTION IF EXISTS \(space.name($0))()" }
    }
}

extension CaptureState.Trigger {
    fileprivate var removal: String {
        "DROP TRIGGER IF EXISTS \(quoted(identifier: name))"
            + " ON \(quoted(identifier: schema)).\(quoted(identifier: table))"
    }
}

/// Something of the capture that had been there, and was found gone.
public enum CaptureLoss: Hashable, Sendable {
    /// A table of the log's history, with its schema, or a column of it: the history begins anew.
    case history(String)
    /// The table of what else is noted, with its schema, or a column of it.
    case facts(String)
    /// A function of the log, or one that requests call, with its schema; another one may have had
    /// its name.
    case function(String)
    /// Triggers of a table were not there, did not fire, or fired for another table, or it lost
    /// partitions: changes may not have been captured.
    case triggers(of: String)
    /// Nothing: the database is a copy, in which all has been set up again.
    case copied
}
