public import Schema

extension AuthSettings {
    /// What `project.json` says; the rest keeps its default. ``validate()`` judges the values.
    public init(_ project: ProjectSettings.Auth) {
        self.init()
        tokenSeconds = Int64(project.jwtExpirySeconds)
        passwordCharactersMin = project.passwordMinLength
        disablesSignup = project.disablesSignup
        autoconfirms = project.autoconfirm
        allowsAnonymous = project.allowsAnonymous
        refreshReuseSeconds = Int64(project.refreshReuseSeconds)
    }
}
