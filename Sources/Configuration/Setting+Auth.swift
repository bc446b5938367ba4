extension Setting {
    /// Sign-up and sign-in.
    static let auth =
        [
            Setting(
                "auth.jwt_expiry_seconds", \.auth.jwtExpirySeconds, .integer(60...year), .onRestart,
                "the life of an access token in seconds"),
            Setting(
                "auth.password_min_length", \.auth.passwordMinLength, .integer(1...256), .onRestart,
                "the fewest characters of a password"),
            Setting(
                "auth.disable_signup", \.auth.disablesSignup, .boolean, .onRestart,
                "whether new users are turned away"),
            Setting(
                "auth.autoconfirm", \.auth.autoconfirm, .only(true), .onRestart,
                "whether addresses count as confirmed at once; mail is not built yet"),
            Setting(
                "auth.anonymous", \.auth.allowsAnonymous, .boolean, .onRestart,
                "whether sign-in without an address is allowed"),
            Setting(
                "auth.refresh_reuse_seconds", \.auth.refreshReuseSeconds, .integer(0...year),
                .onRestart, "how many seconds a used refresh token still works"),
            Setting(
                "auth.sessions_per_user", \.auth.sessionsPerUserMax, .integer(1...10_000),
                .onRestart,
                "the most sessions of one user; one more ends the one refreshed longest ago"),
        ] + signInRates + passwordHashing

    private static let signInRates = [
        Setting(
            "auth.rate_limit_token", \.auth.tokenRate, .rate, .onReload,
            "how often one address may ask for tokens, by sign-in or refresh"),
        Setting(
            "auth.rate_limit_signup", \.auth.signupRate, .rate, .onReload,
            "how often one address may sign up or change a user"),
        Setting(
            "auth.rate_limit_anonymous", \.auth.anonymousRate, .rate, .onReload,
            "how often one address may sign in without an account"),
        Setting(
            "auth.rate_limit_failed_sign_ins", \.auth.failedSignInRate, .rate, .onReload,
            "how often one address, or a device that shows a refresh token of the account, may "
                + "fail to sign in to it; all addresses of an IPv6 network of 48 bits twice as "
                + "often"),
        Setting(
            "auth.rate_limit_account", \.auth.failedSignInOfAccountRate, .rate,
            .onReload,
            "the same for all addresses together; such devices pass, and addresses at which a "
                + "session of the account began"),
    ]

    private static let passwordHashing = [
        Setting(
            "auth.password_threads", \.auth.passwordThreads,
            SettingForm.integer(1...1024).optional, .onRestart, "threads that hash passwords",
            standard: "one per core"),
        Setting(
            "auth.password_queue", \.auth.passwordQueue, .integer(1...100_000), .onRestart,
            "the most passwords that wait for each of these threads"),
        Setting(
            "auth.password_queue_per_address", \.auth.passwordQueuePerAddress,
            SettingForm.integer(1...100_000).optional, .onRestart,
            "the most passwords of one address that wait", standard: "half of all that may"),
    ]
}
