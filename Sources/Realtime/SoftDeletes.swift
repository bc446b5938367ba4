import Schema
import Store
import Values

/// What changes of models with `softDelete` are for those who listen: a row that gets a time of
/// deletion goes, one that loses it comes, and what happens to a row in between is nobody's.
struct SoftDeletes {
    private let models: [String: (model: Model, column: Int)]

    init(_ feeds: some Sequence<ModelFeed>) {
        models = Dictionary(
            feeds.compactMap { feed in
                feed.model.deletedAt.map { (feed.model.name, (feed.model, $0)) }
            }, uniquingKeysWith: { first, _ in first })
    }

    /// The changes as they are told, without those that are not.
    func told(_ changes: [Change]) -> [Change] {
        models.isEmpty ? changes : changes.compactMap(told)
    }

    private func told(_ change: Change) -> Change? {
        guard let (model, column) = models[change.table] else { return change }
        func isGone(_ image: RowImage) -> Bool {
            // Of other columns than the model's: the hub tells of those itself.
            image.values.count == model.columns.count && image.values[column] != .null
        }
        switch (change.old, change.new) {
        case (nil, nil): return change
        case (nil, let new?): return isGone(new) ? nil : change
        case (let old?, nil): return isGone(old) ? nil : change
        case (let old?, let new?):
            switch (isGone(old), isGone(new)) {
            case (false, false): return change
            case (true, true): return nil
            case (false, true):
                let key = model.primaryKey.map { old.values[$0] }
                return change.told(as: .delete, key: key, new: nil, old: old)
            case (true, false):
                return change.told(as: .insert, key: change.key, new: new, old: nil)
            }
        }
    }
}
