/// One setting of `project.json`: its word, and when a running server takes a new value.
public struct ProjectSetting: Sendable {
    /// The word with its section: `auth.jwt_expiry_seconds`.
    public let name: String
    /// When a running server takes a new value.
    public let effect: Effect
    private let isSame: @Sendable (ProjectSettings, ProjectSettings) -> Bool

    private init<Value: Equatable & Sendable>(
        _ name: String, _ path: any KeyPath<ProjectSettings, Value> & Sendable, _ effect: Effect
    ) {
        self.name = name
        self.effect = effect
        isSame = { $0[keyPath: path] == $1[keyPath: path] }
    }

    /// Whether the setting has the same value in both.
    public func isSame(in one: ProjectSettings, and other: ProjectSettings) -> Bool {
        isSame(one, other)
    }

    /// Every setting.
    public static let all = [
        ProjectSetting("name", \.name, .onReload),
        ProjectSetting("auth.jwt_expiry_seconds", \.auth.jwtExpirySeconds, .onRestart),
        ProjectSetting("auth.password_min_length", \.auth.passwordMinLength, .onRestart),
        ProjectSetting("auth.disable_signup", \.auth.disablesSignup, .onRestart),
        ProjectSetting("auth.autoconfirm", \.auth.autoconfirm, .onRestart),
        ProjectSetting("auth.anonymous", \.auth.allowsAnonymous, .onRestart),
        ProjectSetting("auth.refresh_reuse_seconds", \.auth.refreshReuseSeconds, .onRestart),
        ProjectSetting("rest.max_rows", \.rest.maxRows, .onReload),
        ProjectSetting("rest.safe_update", \.rest.safeUpdate, .onReload),
        ProjectSetting(
            "rest.statement_timeout_ms", \.rest.statementTimeoutMilliseconds, .onRestart),
        ProjectSetting("realtime.retain", \.realtime.retain, .onReload),
        ProjectSetting(
            "realtime.channels_per_socket", \.realtime.channelsPerSocketMax, .onRestart),
        ProjectSetting("realtime.messages_per_second", \.realtime.messagesPerSecondMax, .onRestart),
        ProjectSetting("cors.origins", \.cors.origins, .onRestart),
        ProjectSetting("limits.body_bytes", \.limits.bodyBytesMax, .onRestart),
        ProjectSetting("limits.connections", \.limits.connectionsMax, .onRestart),
        ProjectSetting("limits.message_bytes", \.limits.messageBytesMax, .onRestart),
    ]
}
