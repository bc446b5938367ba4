public import Diagnostics
import PostgresWire
public import Store

/// What the log of the program is told of the feed.
public enum FeedEvent: Sendable {
    /// The changes cannot be followed for now; it is tried again by itself. Told once for each
    /// reason.
    case failed(UnitFailure)
    /// They are followed again.
    case recovered
    /// Whoever follows these tables was told to fetch them anew.
    case reset(Change.Reset, tables: [String])
    /// A change of a row that is none of its model, or too large. Told once for what is published
    /// together.
    case unreadable(table: String, sequence: Int64)
    /// A row of the log is damaged, or of a later version.
    case damaged(LogFault)
    /// Old changes could not be deleted from the log.
    case notTrimmed(UnitFailure)
    /// Something of the capture had gone while it was in use, and is there again.
    case repaired(CaptureLoss)
    /// Something of the capture has gone and cannot be put back; it is tried again by itself. Told
    /// once for each reason.
    case notRepaired(Problem)
    /// A table that is followed is not there, or lacks a column of its model. Told once.
    case uncaptured(table: String)

    /// How much it matters.
    public var level: LogLevel {
        switch self {
        case .recovered, .repaired(.copied): .info
        case .failed, .reset, .unreadable, .notTrimmed, .repaired: .warning
        case .damaged, .notRepaired, .uncaptured: .error
        }
    }
}

extension FeedEvent: CustomStringConvertible {
    /// One line.
    public var description: String {
        switch self {
        case .failed(let failure): "The changes cannot be followed for now: \(failure.cause)"
        case .recovered: "The changes are followed again."
        case .reset(let reason, let tables):
            "Clients were told to fetch anew (\(reason.rawValue)): "
                + tables.joined(separator: ", ")
        case .unreadable(let table, let sequence):
            "Change \(sequence) of '\(table)' is no row of its model, or is too large: "
                + "clients were told to fetch anew."
        case .damaged(let fault): "The log of changes cannot be read: \(fault)"
        case .notTrimmed(let failure): "Old changes could not be deleted: \(failure.cause)"
        case .repaired(let loss): loss.description
        case .notRepaired(let problem):
            [problem.message, problem.hint].compactMap { $0 }.joined(separator: " ")
        case .uncaptured(let table):
            "The table '\(table)' is gone, or lacks a column of its model: its changes cannot be "
                + "followed."
        }
    }
}

extension CaptureLoss: CustomStringConvertible {
    /// One sentence for the log.
    public var description: String {
        switch self {
        case .history(let name):
            "The table '\(name)' was gone or altered and has been made again: the log of changes "
                + "begins anew."
        case .facts(let name): "The table '\(name)' was gone or altered and has been made again."
        case .function(let name):
            "The function '\(name)' was gone or altered and has been made again."
        case .triggers(let table):
            "Triggers or partitions of '\(table)' were gone, disabled or altered: changes of it "
                + "may have been missed, and clients are told to fetch anew."
        case .copied:
            "The database is a copy, as restored from a backup: triggers and functions of the "
                + "feeds are set up in it again, and clients that come back fetch anew."
        }
    }
}

extension UnitFailure {
    /// Why, in one sentence.
    fileprivate var cause: String {
        let problem = Problem(DatabaseError(self))
        return problem.cause ?? problem.message
    }
}
