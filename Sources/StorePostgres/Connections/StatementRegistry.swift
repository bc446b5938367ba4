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

    private let shapes = Mutex<[Key: StatementShape]>([:])

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
        if let known = shapes.withLock({ $0[key] }) { return known }
        let shape = StatementShape(sql, parameters: parameters, results: results, use: use)
        shapes.withLock { shapes in
            if shapes.count >= ConnectionLimits.registeredStatements { shapes.removeAll() }
            shapes[key] = shape
        }
        return shape
    }
}
