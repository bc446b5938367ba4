import Bytes

extension Event {
    /// What the event says to a person at a terminal, line by line; nothing when it is of no
    /// interest there. A fault of the schema files keeps its `FILE:LINE:COLUMN`.
    public var lines: [String] {
        switch self {
        case .request(_, let method, let path, let status, let microseconds):
            ["\(status) \(method) \(path) in \(Self.milliseconds(microseconds)) ms"]
        case .listening: []
        case .draining: ["finishing what has begun"]
        case .stopped: ["stopped"]
        case .schemasTaken(let names): ["took \(names.joined(separator: ", "))"]
        case .schemasWaiting(let names): [Self.waiting(names)]
        case .schemasSettled(let names):
            ["as at the start again: \(names.joined(separator: ", "))"]
        case .schemasMended(waiting: []): ["the faults are gone; the files say what is served"]
        case .schemasMended(waiting: let names): ["the faults are gone; \(Self.waiting(names))"]
        case .schemasRefused(let faults):
            ["the files were not taken, the server goes on with what it had:"]
                + faults.flatMap { $0.split(separator: "\n").map { "  \($0)" } }
        case .migrated(let name): ["applied \(name)"]
        case .closedToOthers(let path, let mode):
            ["\(path) was open to other users (mode \(mode)) and is closed to them now"]
        case .serviceFailed(let name, let problem): ["\(name): \(Self.text(of: problem))"]
        case .serviceLate(let name): ["\(name): the work takes longer than its period"]
        case .failed(let request, let problem):
            [(request.map { "request \($0): " } ?? "") + Self.text(of: problem)]
        }
    }

    private static func waiting(_ names: [String]) -> String {
        "waits for the restart: \(names.joined(separator: ", "))"
    }

    private static func text(of problem: Problem) -> String {
        "\(problem.message) (\(problem.code))" + (problem.cause.map { ": \($0)" } ?? "")
    }

    /// Milliseconds with one digit of fraction.
    private static func milliseconds(_ microseconds: UInt64) -> String {
        "\(microseconds / 1000).\(microseconds % 1000 / 100)"
    }
}
