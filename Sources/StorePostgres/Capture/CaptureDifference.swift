/// The statements that lead from what is installed to what should be.
struct CaptureDifference {
    let space: LogSpace
    let models: [CapturedModel]
    let state: CaptureState

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
    var missingColumn: (table: String, column: String)? {
        relations.lazy.compactMap { relation in
            relation.missingColumn.map { (models[relation.model].name, $0) }
        }.first
    }

    /// In their order; none when nothing differs.
    var statements: [String] {
        let tables = state.version == nil ? LogTables.create(in: space) : []
        let rows = state.version == nil ? LogTables.fill(space) : []
        return tables + functions + rows + triggers + leftovers
    }

    private var wantedFunctions: [StoredFunction] {
        let ofModels = models.enumerated().flatMap { number, model in
            triggers(of: number).map { $0.function(of: model, in: space) }
        }
        return LogFunctions.all(in: space) + ofModels
    }

    private var functions: [String] {
        let installed = Set(state.functions)
        return wantedFunctions.filter { !installed.contains($0.state) }.flatMap {
            $0.statements(in: space)
        }
    }

    private func triggers(of model: Int) -> [CaptureTrigger] {
        CaptureTrigger.all(
            isByRow: relations.contains { $0.model == model && $0.isByRow })
    }

    /// What a relation should have: a partition has row triggers from its parent, and needs its own
    /// for a TRUNCATE of it alone.
    private func wanted(on relation: CaptureState.Relation) -> [CaptureState.Trigger] {
        triggers(of: relation.model).map { trigger in
            CaptureState.Trigger(
                schema: relation.schema, table: relation.name, name: trigger.name,
                typeBits: trigger.typeBits, firing: "A",
                function: trigger.functionName(of: models[relation.model]),
                isInherited: !relation.isRoot && trigger.isByRow)
        }
    }

    private var triggers: [String] {
        let installed = Set(state.triggers)
        return relations.flatMap { relation in
            zip(wanted(on: relation), triggers(of: relation.model)).flatMap { wanted, trigger in
                if installed.contains(wanted) { return [String]() }
                // One that is not there yet comes with its parent's.
                if wanted.isInherited { return [trigger.enabling(on: relation.table)] }
                return trigger.statements(
                    on: relation.table, calling: space.name(wanted.function))
            }
        }
    }

    /// Triggers and functions of tables that are captured no longer.
    private var leftovers: [String] {
        let triggers = Set(
            relations.flatMap {
                wanted(on: $0).map { [$0.schema, $0.table, $0.name] }
            })
        let drops = state.triggers.filter {
            !$0.isInherited && !triggers.contains([$0.schema, $0.table, $0.name])
        }.map {
            "DROP TRIGGER IF EXISTS \($0.name.sqlIdentifier)"
                + " ON \($0.schema.sqlIdentifier).\($0.table.sqlIdentifier)"
        }
        let functions = Set(wantedFunctions.map(\.name))
        return drops
            + state.functions.map(\.name).filter {
                $0.hasPrefix(CaptureTrigger.functionPrefix) && !functions.contains($0)
            }.map { "DROP FUNCTION IF EXISTS \(space.name($0))()" }
    }
}
