import Foundation

/// How much is done. Everything has a small figure for each run of the tests;
/// `Tests/FaultTests/run` sets those of the whole proof.
enum FaultScale {
    /// What all random choices come from.
    static let seed = UInt64(number("APUS_SEED", else: 7))
    /// How often a server is killed.
    static let kills = number("APUS_KILLS", else: 4)
    /// For how long it is stopped.
    static let stopSeconds = number("APUS_STOP_SECONDS", else: 2)
    /// Connections that begin a request and do not end it.
    static let halfOpen = number("APUS_HALF_OPEN", else: 400)
    /// How often its clock is set.
    static let clockJumps = number("APUS_CLOCK_JUMPS", else: 4)
    /// How often its memory ends.
    static let shortages = number("APUS_MEMORY_SHORTAGES", else: 1)
    /// How long a soak lasts; none without it.
    static let soakSeconds = number("APUS_SOAK_SECONDS", else: 0)

    private static func number(_ name: String, else standard: Int) -> Int {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? standard
    }
}
