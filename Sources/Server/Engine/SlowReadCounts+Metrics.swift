import Bytes
import StoreSQLite

extension SlowReadCounts {
    /// Appends the counts in Prometheus' text format.
    func append(to output: inout [UInt8]) {
        MetricText.single(
            "apus_reads_deferred_total", "counter",
            "Reads put off to a later turn of their loop.", deferred, to: &output)
        MetricText.single(
            "apus_slow_reads_total", "counter", "Reads that took too long for a loop.", moved,
            to: &output)
        MetricText.refused(
            "apus_slow_reads_refused_total",
            "Slow reads refused because too many waited, in all or of their caller.", refused,
            to: &output)
        MetricText.single(
            "apus_slow_reads_begun_again_total", "counter",
            "Times that a slow read made way, and was begun again.", again, to: &output)
        MetricText.single(
            "apus_slow_reads_waiting", "gauge", "Slow reads that wait now.", waiting, to: &output)
        MetricText.single(
            "apus_slow_reads_running", "gauge", "Slow reads that run now.", running, to: &output)
        MetricText.seconds(
            "apus_slow_read_seconds_total", "counter", "Time that slow reads have taken.",
            nanoseconds: nanoseconds, to: &output)
    }
}
