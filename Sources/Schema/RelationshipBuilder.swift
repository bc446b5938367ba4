import Store
import Values

/// Derives the relationships of rest.md §8.1 from the foreign keys.
struct RelationshipBuilder {
    let drafts: [ModelDraft]
    let keys: [String: [ForeignKey]]

    func build() -> [Relationship] {
        drafts.flatMap { draft in
            let own = keys[draft.name] ?? []
            return own.flatMap { directions(of: $0, in: draft) } + junctions(in: draft, own)
        }
    }

    /// The ways along and against one foreign key.
    private func directions(of key: ForeignKey, in draft: ModelDraft) -> [Relationship] {
        let columns = Set(key.columns)
        let isUnique =
            columns == Set(draft.primaryKey)
            || draft.uniques.contains { Set($0.columns) == columns }
        return [
            Relationship(
                name: key.name, kind: isUnique ? .oneToOne : .manyToOne, source: draft.name,
                sourceColumns: key.columns, target: key.target, targetColumns: key.targetColumns,
                alias: key.alias, isForward: true),
            Relationship(
                name: key.name, kind: isUnique ? .oneToOne : .oneToMany, source: key.target,
                sourceColumns: key.targetColumns, target: draft.name, targetColumns: key.columns,
                alias: key.inverse, isForward: false),
        ]
    }

    /// The many-to-many ways through `draft`, one for each ordered pair of different foreign keys
    /// whose columns all belong to its primary key.
    private func junctions(in draft: ModelDraft, _ own: [ForeignKey]) -> [Relationship] {
        let primaryKey = Set(draft.primaryKey)
        let inKey = own.filter { primaryKey.isSuperset(of: $0.columns) }
        return inKey.flatMap { first in
            inKey.compactMap { second in
                guard first.name != second.name else { return nil }
                let junction = Relationship.Junction(
                    model: draft.name, sourceKey: first.name, sourceColumns: first.columns,
                    targetKey: second.name, targetColumns: second.columns)
                return Relationship(
                    name: draft.name, kind: .manyToMany(junction), source: first.target,
                    sourceColumns: first.targetColumns, target: second.target,
                    targetColumns: second.targetColumns, alias: nil, isForward: false)
            }
        }
    }
}

extension ColumnType {
    /// Whether a column of this type may refer to one of the other: integers of either width may.
    func isComparable(with other: ColumnType) -> Bool {
        self == other || [self, other].allSatisfy { $0.traits.literal == .integer }
    }
}
