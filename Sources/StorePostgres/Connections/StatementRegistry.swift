public import PostgresWire
import Synchronization

/// The statements of a process: one shape for each text, so that nobody digests it twice.
public final class StatementRegistry: Sendable {
    private struct Key: Hashable {
        let sql: String
        let parameters: [TypeOID]
        let results: StatementShape.ResultFormats
        let use: StatementShape.Use
    }

    private struct Shapes {
        var byKey: [Key: StatementShape] = [:]
        /// Bytes of their texts.
        var bytes = 0

        mutating func keep(_ shape: StatementShape, for key: Key) {
            guard byKey[key] == nil else { return }
            let size = shape.sql.utf8.count
            if byKey.count >= ConnectionLimits.registeredStatements
                || bytes + size > ConnectionLimits.registeredStatementBytes
            {
                byKey.removeAll()
                bytes = 0
            }
            byKey[key] = shape
            bytes += size
        }
    }

    private let shapes = Mutex(Shapes())

    /// No statement yet.
    public init() {}

    /// The shape of a statement; see ``StatementShape``. From any thread.
    ///
    /// Whoever runs a statement often keeps its shape: this hashes the text. Where there are too
    /// many all are forgotten, which costs their next users a digest.
    public func shape(
        _ sql: String, parameters: [TypeOID] = [],
        results: StatementShape.ResultFormats = .all(.binary), use: StatementShape.Use = .kept
    ) -> StatementShape {
        let key = Key(sql: sql, parameters: parameters, results: results, use: use)
        if let known = shapes.withLock({ $0.byKey[key] }) { return known }
        let shape = StatementShape(sql, parameters: parameters, results: results, use: use)
        shapes.withLock { $0.keep(shape, for: key) }
        return shape
    }
}
