import Bytes

/// Lines of Prometheus' text format.
enum MetricText {
    /// The two comment lines that open a metric.
    static func head(_ name: String, _ type: String, _ help: String, to output: inout [UInt8]) {
        output.append(utf8: "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n")
    }

    /// A metric of one value.
    static func single(
        _ name: String, _ type: String, _ help: String, _ value: some BinaryInteger,
        to output: inout [UInt8]
    ) {
        head(name, type, help, to: &output)
        output.append(utf8: "\(name) \(value)\n")
    }
}
