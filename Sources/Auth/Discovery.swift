import Bytes
import Diagnostics
import HTTP

// GET /settings, /health and /.well-known/jwks.json (auth.md §15).

extension AuthService {
    private static let providers = [
        "apple", "azure", "bitbucket", "discord", "facebook", "figma", "fly", "github", "gitlab",
        "google", "kakao", "keycloak", "linkedin", "linkedin_oidc", "notion", "phone", "slack",
        "slack_oidc", "snapchat", "spotify", "twitch", "twitter", "workos", "zoom",
    ]

    func settingsAnswer() -> Response {
        var external: [JSON.Member] = [
            .init("anonymous_users", .bool(settings.allowsAnonymous)),
            .init("email", .bool(settings.allowsEmail)),
        ]
        external += Self.providers.map { .init($0, false) }
        let body: JSON = [
            "external": .object(external),
            "disable_signup": .bool(settings.disablesSignup),
            "mailer_autoconfirm": .bool(settings.autoconfirms),
            "phone_autoconfirm": false,
            "sms_provider": "",
            "saml_enabled": false,
            "passkeys_enabled": false,
        ]
        return .json(body.bytes)
    }

    func healthAnswer() -> Response {
        let body: JSON = [
            "version": .string(version), "name": "GoTrue",
            "description": "Apus answers in place of GoTrue, the Supabase Auth server",
        ]
        return .json(body.bytes)
    }

    /// No key is public: tokens are signed with the project's secret.
    func keysAnswer() -> Response {
        var response = Response(
            status: 200, contentType: "application/json", body: Array(#"{"keys":[]}"#.utf8))
        response.append(field: "Cache-Control", "public, max-age=600")
        return response
    }
}
