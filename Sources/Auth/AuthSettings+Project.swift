public import Configuration

extension AuthSettings {
    /// What the project has decided; the rest keeps its default. ``validate()`` judges the values.
    public init(_ project: Settings.Auth) {
        self.init()
        tokenSeconds = Int64(project.jwtExpirySeconds)
        passwordCharactersMin = project.passwordMinLength
        disablesSignup = project.disablesSignup
        autoconfirms = project.autoconfirm
        allowsAnonymous = project.allowsAnonymous
        refreshReuseSeconds = Int64(project.refreshReuseSeconds)
    }
}
