/// A value that a setting cannot take, or settings that do not go together.
public struct SettingFault: Error, Hashable, Sendable {
    /// What is wrong, beginning with its source: the flag, the variable or the place in the file.
    public let message: String
}
