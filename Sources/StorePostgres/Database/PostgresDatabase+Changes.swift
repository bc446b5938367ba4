public import Diagnostics
public import Store

extension PostgresDatabase {
    /// See ``Store/Database/setCaptured(_:)``.
    public func setCaptured(_ tables: [CapturedTable]) throws(Problem) {
        let models = tables.map { CapturedModel($0, in: schema) }
        try loop.access.setUpCapture(models, in: space)
    }

    /// See ``Store/Database/onCommit(_:afterReplies:)``.
    public func onCommit(
        _ publish: @escaping @Sendable ([Change]) -> Void,
        afterReplies: @escaping @Sendable () -> Void
    ) {
    }

    /// See ``Store/Database/trimChanges()``.
    public func trimChanges() {}
}

extension CapturedModel {
    /// A table of a schema.
    init(_ table: CapturedTable, in schema: String) {
        self.init(
            schema: schema, name: table.name,
            columns: table.columns.map { Column($0.name, $0.type) }, key: table.key,
            retain: table.retain)
    }
}
