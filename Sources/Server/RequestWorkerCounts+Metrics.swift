import Bytes
import REST

extension RequestWorkerCounts {
    /// Appends the counts in Prometheus' text format.
    func append(to output: inout [UInt8]) {
        MetricText.single(
            "apus_request_work_waiting", "gauge",
            "Long bodies and costly requests that wait for a thread.", waiting, to: &output)
        MetricText.single(
            "apus_request_work_running", "gauge", "Those that are read or planned now.", running,
            to: &output)
        MetricText.seconds(
            "apus_request_work_seconds_total", "counter", "Time that they have taken.",
            nanoseconds: nanoseconds, to: &output)
    }
}
