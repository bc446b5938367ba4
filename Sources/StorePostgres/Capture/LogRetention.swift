public import PostgresWire
import Store

/// Deletes what is old from the log, by age table by table and by the number of changes, a few at a
/// time, and remembers the last number deleted of each table.
///
/// A pass goes over the log from its oldest transaction to the first that is too young for every
/// table. Numbers stay what they are, and the newest cut stays: it keeps the last number in use.
/// Several nodes may run it: the server lets one in at a time.
public struct LogRetention: Sendable {
    /// One step of a pass, as one transaction; ``write(to:)`` gives its values and ``take(_:)``
    /// reads its row.
    public let step: StatementShape
    private let models: [String]
    private let seconds: [Double]
    private let changesMax: Int64
    private var place: Int64 = 0
    private var schedule = TrimSchedule()
    /// Whether a pass is under way, so that another step is wanted.
    public var isDue: Bool { schedule.isDue }

    /// - Parameter changesMax: changes beyond which the oldest go, however young they are.
    public init(_ captured: [CapturedModel], changesMax: Int64, in space: LogSpace = LogSpace()) {
        step = StatementShape(
            "SELECT t.place, t.deleted, t.is_last"
                + " FROM \(space.name("trim"))($1, $2, $3, $4, $5, $6) AS t",
            parameters: [
                .int8, TypeOID.text.array ?? .unspecified, TypeOID.float8.array ?? .unspecified,
                .float8, .int8, .int8,
            ])
        models = captured.map(\.name)
        seconds = captured.map { $0.retain / .seconds(1) }
        self.changesMax = changesMax
    }

    /// Begins a pass, unless one is under way or the last one found nothing not long ago. To be
    /// called each minute.
    public mutating func begin() { schedule.begin() }

    /// Leaves the rest to the next pass: a step has failed, and would fail again at once.
    public mutating func postpone() {
        place = 0
        schedule.postpone()
    }

    /// The values of ``step``.
    public func write(to fields: inout FieldWriter) {
        fields.int8(place)
        fields.array(of: .text) { for model in models { $0.text(model) } }
        fields.array(of: .float8) { for time in seconds { $0.float8(time) } }
        fields.float8(TrimSchedule.otherRetention / .seconds(1))
        fields.int8(changesMax)
        fields.int8(CaptureLimits.trimmedChangesMax)
    }

    /// Takes the row of a step; how many changes it has deleted.
    @discardableResult
    public mutating func take(_ row: DataRow) throws(LogFault) -> Int64 {
        var reader = RowReader(row)
        place = try reader.int8("place")
        let deleted = try reader.int8("deleted")
        let isLast = try reader.bool("is_last")
        schedule.noteStep(hasDeleted: deleted > 0, isLast: isLast)
        if isLast { place = 0 }
        return deleted
    }
}
