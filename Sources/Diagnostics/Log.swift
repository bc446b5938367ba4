import Bytes
import Glibc

/// How much the log says.
public enum LogLevel: Int, Comparable, Sendable, CaseIterable {
    case debug, info, warning, error

    /// The level's name on the command line and in the log.
    public var name: String {
        switch self {
        case .debug: "debug"
        case .info: "info"
        case .warning: "warning"
        case .error: "error"
        }
    }

    public static func < (left: LogLevel, right: LogLevel) -> Bool { left.rawValue < right.rawValue }
}

/// The structured log: one JSON object a line on standard error, written with one call so that
/// lines of several threads never mix.
public final class Log: Sendable {
    /// Events below this level are dropped.
    public let level: LogLevel
    private let descriptor: Int32

    /// A log of events of `level` and above, written to a file descriptor (2: standard error).
    public init(level: LogLevel, descriptor: Int32 = 2) {
        self.level = level
        self.descriptor = descriptor
    }

    /// Writes one event, unless its level is below the log's.
    public func record(_ event: Event, at instant: Instant = .now) {
        guard event.level >= level else { return }
        var line: [UInt8] = []
        line.append(ascii: "{\"time\":\"")
        line.append(utf8: instant.rfc3339)
        line.append(ascii: "\",\"level\":\"")
        line.append(utf8: event.level.name)
        line.append(ascii: "\",\"event\":")
        line.append(jsonString: event.name)
        for field in event.fields {
            line.append(ASCII.comma)
            line.append(jsonString: field.key)
            line.append(ASCII.colon)
            field.value.append(to: &line)
        }
        line.append(ascii: "}\n")
        unsafe line.withUnsafeBytes { _ = unsafe write(descriptor, $0.baseAddress, $0.count) }
    }
}
