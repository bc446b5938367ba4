import Bytes
import Store

extension WriteLoad {
    /// Appends the writer's counters in Prometheus' text format 0.0.4.
    func append(to output: inout [UInt8]) {
        MetricText.single("apus_writes_waiting", "gauge", "Writes that wait.", waiting, to: &output)
        MetricText.refused(
            "apus_writes_refused_total",
            "Writes refused because too many waited, in all or of their caller.",
            refused, to: &output)
        MetricText.refused(
            "apus_first_writes_refused_total",
            "The same of writes that go first, as those of sign-in do.", refusedFirst, to: &output)
        MetricText.single(
            "apus_writes_overtime_total", "counter",
            "Writes undone because they held the writer for too long.", overtime, to: &output)
        MetricText.single(
            "apus_long_writes_waiting", "gauge",
            "Those of them that are held to rest.long_write_share.", longWaiting, to: &output)
        MetricText.single(
            "apus_long_writes_total", "counter",
            "Writes that held the writer for more than database.write_turn_ms.", long,
            to: &output)
        MetricText.seconds(
            "apus_long_writes_seconds_total", "counter", "How long they have held it.",
            nanoseconds: longNanoseconds, to: &output)
        MetricText.histogram(
            "apus_writer_turn_seconds", "Turns of the writer, each a commit of several writes.",
            turns, microseconds: Self.turnBounds, nanoseconds: turnNanoseconds, to: &output)
        MetricText.seconds(
            "apus_writer_turn_longest_seconds", "gauge", "The longest turn since the start.",
            nanoseconds: longestTurnNanoseconds, to: &output)
    }
}
