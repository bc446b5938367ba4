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

    public static func < (left: LogLevel, right: LogLevel) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// For whom the log is written.
public enum LogFormat: String, Sendable, CaseIterable {
    /// One JSON object a line, for programs.
    case json
    /// Plain lines, for a person at a terminal.
    case text
}

/// The log on standard error: one JSON object a line for programs, or plain lines for a person at a
/// terminal. An event is written with one call so that lines of several threads never mix.
public final class Log: Sendable {
    /// Events below this level are dropped.
    public let level: LogLevel
    private let format: LogFormat
    private let descriptor: Int32

    /// A log of events of `level` and above, written to a file descriptor (2: standard error).
    public init(level: LogLevel, format: LogFormat = .json, descriptor: Int32 = 2) {
        self.level = level
        self.format = format
        self.descriptor = descriptor
    }

    /// Writes one event, unless its level is below the log's.
    public func record(_ event: Event, at instant: Instant = .now) {
        guard event.level >= level else { return }
        let text =
            switch format {
            case .json: Self.json(event, at: instant)
            case .text: Self.text(event, at: instant)
            }
        guard !text.isEmpty else { return }
        unsafe text.withUnsafeBytes { _ = unsafe write(descriptor, $0.baseAddress, $0.count) }
    }

    /// The time of day, in UTC, before the first line; a level only when it is more than `info`.
    private static func text(_ event: Event, at instant: Instant) -> [UInt8] {
        var text: [UInt8] = []
        for (index, line) in event.lines.enumerated() {
            if index == 0 {
                text += Array(instant.rfc3339.utf8)[11..<19] + [ASCII.space, ASCII.space]
                if event.level > .info { text.append(utf8: "\(event.level.name): ") }
            }
            // A client's bytes must not steer the terminal.
            text += line.utf8.filter { $0 >= 0x20 && $0 != 0x7F }
            text.append(ASCII.lf)
        }
        return text
    }

    private static func json(_ event: Event, at instant: Instant) -> [UInt8] {
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
        return line
    }
}
