// What is told of a request that there is no room for in memory: by the server of HTTP, which knows
// the body's length alone, and by the services, which know what becomes of it.

extension Problem {
    /// 53200: all memory that there is for requests is in use.
    public static let noMemory = Problem(
        code: "53200", status: 503, message: "The server has no memory left for this request.",
        hint: "Try again in a moment; where it stays so, ask for or send fewer rows, or fewer "
            + "columns with long values.", retryAfterSeconds: 1)

    /// 53200: the caller, or others of its network, have as much memory as they may.
    public static let shareInUse = Problem(
        code: "53200", status: 503,
        message: "The caller's other requests have its share of the server's memory.",
        hint: "Try again when they are answered, and send fewer at the same time. \(memoryBound)",
        retryAfterSeconds: 1
    ).ofMemory

    /// 54000: a request takes more memory than one caller may have, however much is free.
    ///
    /// - Parameter message: how much, as far as that is known.
    public static func beyondShare(_ message: String) -> Problem {
        Problem(
            code: "54000", status: 413, message: message, hint: "\(fewerRows) \(memoryBound)"
        ).ofMemory
    }

    /// What to do about a body that is too much for one request, as a sentence.
    public static let fewerRows =
        "Write fewer rows in each request, or load them with 'apus import'."

    private static let memoryBound =
        "The bound is an eighth of the setting limits.memory_bytes."

    private var ofMemory: Problem {
        var problem = self
        problem.policy = "limits.memory_bytes"
        return problem
    }
}
