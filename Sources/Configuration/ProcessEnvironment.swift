import Glibc

/// The variables of the process.
public enum ProcessEnvironment {
    /// All of them, as they were when they were first asked for.
    public static let variables: [String: String] = {
        var found: [String: String] = [:]
        var entry = unsafe environ
        while let text = unsafe entry.pointee {
            let pair = unsafe String(cString: text).split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if pair.count == 2 { found[String(pair[0])] = String(pair[1]) }
            unsafe entry += 1
        }
        return found
    }()
}
