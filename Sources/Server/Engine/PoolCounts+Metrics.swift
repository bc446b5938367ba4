import Bytes
import StorePostgres

extension PoolCounts {
    /// Appends how the connections stand to a PostgreSQL server, in Prometheus' text format.
    func append(to output: inout [UInt8]) {
        append("connections", "Connections to PostgreSQL, by what they are for.", \.open, &output)
        append("waiting", "What waits for a connection, by what it is for.", \.waiting, &output)
        MetricText.refused(
            "apus_database_refused_total",
            "Refused because too many waited or were slow, in all or of their caller.",
            refused, to: &output)
        let totals = [
            ("units", "Units of statements begun.", unitsBegun),
            ("units_repeated", "Those begun again: conflicts, or slow ones.", unitsRepeated),
            ("writes_overtime", "Writes undone because they took too long.", writesOvertime),
            ("connects", "Connections made.", connects),
            ("connect_failures", "Connections that could not be made.", connectFailures),
            ("losses", "Connections lost.", losses),
            ("cancels", "Statements that were cancelled.", cancels),
        ]
        for (name, help, value) in totals {
            MetricText.single("apus_database_\(name)_total", "counter", help, value, to: &output)
        }
    }

    private func append(
        _ name: String, _ help: String, _ value: KeyPath<LaneCounts, Int>,
        _ output: inout [UInt8]
    ) {
        let name = "apus_database_\(name)"
        MetricText.head(name, "gauge", help, to: &output)
        for lane in Lane.allCases {
            let counts = lanes[lane] ?? LaneCounts()
            output.append(utf8: "\(name){lane=\"\(lane.label)\"} \(counts[keyPath: value])\n")
        }
    }
}

extension Lane {
    fileprivate var label: String {
        switch self {
        case .read: "read"
        case .write: "write"
        case .slow: "slow_read"
        case .slowWrite: "slow_write"
        case .exclusive: "transaction"
        }
    }
}
