import Bytes
import StorePostgres

extension TransactionCounts {
    /// Appends how the transactions stand that the server makes itself, in Prometheus' text format.
    func append(to output: inout [UInt8]) {
        MetricText.single(
            "apus_database_transactions_waiting", "gauge",
            "Transactions of sign-in and look-ups that wait for a thread.", waiting, to: &output)
        MetricText.single(
            "apus_database_transactions_running", "gauge", "Those that have one.", running,
            to: &output)
        MetricText.refused(
            "apus_database_transactions_refused_total",
            "Those refused because too many waited, in all or of their caller.", refused,
            to: &output)
    }
}
