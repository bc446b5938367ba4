import Bytes
import StoreSQLite

extension LongReadCounts {
    /// Appends the counts in Prometheus' text format.
    func append(to output: inout [UInt8]) {
        MetricText.single(
            "apus_long_answers_open", "gauge", "Answers that leave in parts now.", open,
            to: &output)
        MetricText.refused(
            "apus_long_answers_refused_total",
            "Reads refused because too many such were, in all or of their caller, or the log full.",
            refused, to: &output)
        MetricText.single(
            "apus_long_answers_ended_total", "counter",
            "Answers cut off because the write-ahead log was full.", ended, to: &output)
    }
}
