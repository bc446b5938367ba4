import Bytes

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

/// The log: one JSON object a line for programs, or plain lines for a person at a terminal. An
/// event is handed on with one call, so that lines of several threads never mix.
public final class Log: Sendable {
    /// Events below this level are dropped.
    public let level: LogLevel
    private let format: LogFormat
    private let write: @Sendable ([UInt8]) -> Void

    /// A log of events of `level` and above.
    ///
    /// - Parameter write: takes the lines of one event, on the thread that records it.
    public init(
        level: LogLevel, format: LogFormat, write: @escaping @Sendable ([UInt8]) -> Void
    ) {
        self.level = level
        self.format = format
        self.write = write
    }

    /// A log of events of `level` and above, written to a file descriptor (2: standard error) that
    /// whoever records an event waits for.
    public convenience init(level: LogLevel, format: LogFormat = .json, descriptor: Int32 = 2) {
        self.init(level: level, format: format) { _ = writeAll($0, to: descriptor) }
    }

    /// Writes one event, unless its level is below the log's.
    public func record(_ event: Event, at instant: Instant = .now) {
        guard event.level >= level else { return }
        let text = Self.text(of: event, in: format, at: instant)
        if !text.isEmpty { write(text) }
    }

    /// An event's lines, with their ends.
    public static func text(
        of event: Event, in format: LogFormat, at instant: Instant = .now
    ) -> [UInt8] {
        switch format {
        case .json: json(event, at: instant)
        case .text: text(event, at: instant)
        }
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
