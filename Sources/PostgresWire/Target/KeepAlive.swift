/// How a silent connection is probed; nil for the kernel's own.
public struct KeepAlive: Hashable, Sendable {
    /// Whether at all.
    public let isOn: Bool
    /// Seconds of silence before the first probe.
    public let idleSeconds: Int?
    /// Seconds between probes.
    public let intervalSeconds: Int?
    /// Probes without an answer before the connection is given up.
    public let probesMax: Int?
    /// Milliseconds that sent bytes may stay unacknowledged (`TCP_USER_TIMEOUT`).
    public let unacknowledgedMilliseconds: Int?
}
