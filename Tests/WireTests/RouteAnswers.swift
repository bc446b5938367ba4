/// What clients are told, path by path. Below a path stands a line for each set of callers: answers
/// with the methods that get them, and last what all other methods get. The callers: no key
/// (`none`), a key that is none (`bad`), the anon key (`anon`), a bad token beside it (`forged`).
/// Of the methods `long` is a POST of 100 MB and `text` one of text/plain.
///
/// With `APUS_ROUTE_ANSWERS` the test writes what it found to the file of that name.
enum RouteAnswers {
    static let paths = lines.filter { !$0.hasPrefix(" ") }

    /// The table's lines, with those joined that go on in the next.
    static let lines = table.replacing(/\n    +/, with: " ").split(separator: "\n").map(String.init)

    /// Codes and messages that stand in the table under a shorter word.
    static let words = [
        "No API key found in request": "key",
        "Invalid API key": "key",
        "no Route matched with those values": "no route",
        "The body is larger than the limit of 0 bytes.": "over 0",
        "FeatureNotEnabled": "no storage",
        "NOT_FOUND": "no functions",
        "method_not_allowed": "method",
        "GET, HEAD, POST, PUT, PATCH, DELETE": "all six",
        "request_entity_too_large": "too large",
        "This address speaks WebSocket: send an Upgrade.": "upgrade",
        "Unknown vsn '9': 1.0.0 and 2.0.0 are served": "vsn",
        "BroadcastUnavailable: This server does not relay broadcasts yet": "no broadcast",
    ]

    static let table = """
        /rest/v1
          none bad: 401 key
          anon: OPTIONS 200 [OPTIONS,GET,HEAD]; 404 PGRST126
          forged: 401 PGRST301
        /rest/v1/
          none bad: 401 key
          anon: OPTIONS 200 [OPTIONS,GET,HEAD]; 404 PGRST126
          forged: 401 PGRST301
        /rest/v1//
          none bad: 401 key
          anon: 404 PGRST125
          forged: 401 PGRST301
        /rest/v1/rooms
          none bad: 401 key
          anon: POST 401 42501; PUT TRACE 405 PGRST117 [OPTIONS, GET, HEAD, POST, PATCH, DELETE];
            PATCH DELETE 400 21000; OPTIONS 200 [OPTIONS,GET,HEAD,POST,PATCH,DELETE]; long 413 54000;
            text 400 PGRST102; 200
          forged: 401 PGRST301
        /rest/v1/rooms?select=id
          none bad: 401 key
          anon: POST 401 42501; PUT TRACE 405 PGRST117 [OPTIONS, GET, HEAD, POST, PATCH, DELETE];
            PATCH DELETE 400 21000; OPTIONS 200 [OPTIONS,GET,HEAD,POST,PATCH,DELETE]; long 413 54000;
            text 400 PGRST102; 200
          forged: 401 PGRST301
        /rest/v1/rooms/
          none bad: 401 key
          anon: 404 PGRST125
          forged: 401 PGRST301
        /rest/v1//rooms
          none bad: 401 key
          anon: 404 PGRST125
          forged: 401 PGRST301
        /rest/v1/rooms/x
          none bad: 401 key
          anon: 404 PGRST125
          forged: 401 PGRST301
        /rest/v1/r%6Foms
          none bad: 401 key
          anon: POST 401 42501; PUT TRACE 405 PGRST117 [OPTIONS, GET, HEAD, POST, PATCH, DELETE];
            PATCH DELETE 400 21000; OPTIONS 200 [OPTIONS,GET,HEAD,POST,PATCH,DELETE]; long 413 54000;
            text 400 PGRST102; 200
          forged: 401 PGRST301
        /rest/v1/rooms%2Fx
          none bad: 401 key
          anon: PUT TRACE 405 PGRST117 [OPTIONS, GET, HEAD, POST, PATCH, DELETE]; long 413 54000;
            text 400 PGRST102; 404 PGRST205
          forged: 401 PGRST301
        /rest/v1/%ff
          none bad: 401 key
          anon: long 413 54000; text 400 PGRST102; 404 PGRST125
          forged: 401 PGRST301
        /rest/v1/rooms%2
          none bad: 401 key
          anon: long 413 54000; text 400 PGRST102; 404 PGRST125
          forged: 401 PGRST301
        /rest/v1/nothing
          none bad: 401 key
          anon: PUT TRACE 405 PGRST117 [OPTIONS, GET, HEAD, POST, PATCH, DELETE]; long 413 54000;
            text 400 PGRST102; 404 PGRST205
          forged: 401 PGRST301
        /rest/v1/rpc
          none bad: 401 key
          anon: PUT TRACE 405 PGRST117 [OPTIONS, GET, HEAD, POST, PATCH, DELETE]; long 413 54000;
            text 400 PGRST102; 404 PGRST205
          forged: 401 PGRST301
        /rest/v1/rpc/
          none bad: 401 key
          anon: 404 PGRST125
          forged: 401 PGRST301
        /rest/v1/rpc/f
          none bad: 401 key
          anon: 404 PGRST202
          forged: 401 PGRST301
        /rest/v1/%72pc/f
          none bad: 401 key
          anon: 404 PGRST125
          forged: 401 PGRST301
        /rest/v1/rpc/f/
          none bad: 401 key
          anon: 404 PGRST125
          forged: 401 PGRST301
        /rest/v1/rpc/f/g
          none bad: 401 key
          anon: 404 PGRST125
          forged: 401 PGRST301
        /rest/v1x
          none bad anon forged: 404 no route
        /rest/v1%2Frooms
          none bad anon forged: 404 no route
        /Rest/v1/rooms
          none bad anon forged: 404 no route
        /rest//v1/rooms
          none bad anon forged: 404 no route
        //rest/v1/rooms
          none bad anon forged: 404 no route
        /rest/v2/rooms
          none bad anon forged: 404 no route
        /rest
          none bad anon forged: 404 no route
        /auth/v1
          none bad: 401 key
          anon forged: 404 not_found
        /auth/v1/
          none bad: 401 key
          anon forged: 404 not_found
        /auth/v1x/signup
          none bad anon forged: 404 no route
        /auth/v1/nothing
          none bad: 401 key
          anon forged: 404 not_found
        /auth/v1/signup
          none bad: 401 key
          anon forged: POST text 422 anonymous_provider_disabled; long 413 too large; 405 method [POST]
        /auth/v1/signup/
          none bad: 401 key
          anon forged: POST text 422 anonymous_provider_disabled; long 413 too large; 405 method [POST]
        /auth/v1//signup
          none bad: 401 key
          anon forged: POST text 422 anonymous_provider_disabled; long 413 too large; 405 method [POST]
        /auth/v1/signup/x
          none bad: 401 key
          anon forged: 404 not_found
        /auth/v1/si%67nup
          none bad: 401 key
          anon forged: 404 not_found
        /auth/v1/Signup
          none bad: 401 key
          anon forged: 404 not_found
        /auth/v1/token?grant_type=password
          none bad: 401 key
          anon forged: POST text 400 validation_failed; long 413 too large; 405 method [POST]
        /auth/v1/token/x
          none bad: 401 key
          anon forged: 404 not_found
        /auth/v1/logout
          none bad: 401 key
          anon: POST text 401 no_authorization; long 413 too large; 405 method [POST]
          forged: POST text 403 bad_jwt; long 413 too large; 405 method [POST]
        /auth/v1/user
          none bad: 401 key
          anon: GET HEAD PUT 401 no_authorization; 405 method [GET, HEAD, PUT]
          forged: GET HEAD PUT 403 bad_jwt; 405 method [GET, HEAD, PUT]
        /auth/v1//user//
          none bad: 401 key
          anon: GET HEAD PUT 401 no_authorization; 405 method [GET, HEAD, PUT]
          forged: GET HEAD PUT 403 bad_jwt; 405 method [GET, HEAD, PUT]
        /auth/v1/user/x
          none bad: 401 key
          anon forged: OPTIONS TRACE 405 method [all six]; 404 feature_disabled
        /auth/v1/user/identities
          none bad: 401 key
          anon forged: GET HEAD DELETE 404 manual_linking_disabled; 405 method [GET, HEAD, DELETE]
        /auth/v1/user/identities/authorize
          none bad: 401 key
          anon forged: GET HEAD DELETE 404 manual_linking_disabled; 405 method [GET, HEAD, DELETE]
        /auth/v1/settings
          none bad: 401 key
          anon forged: GET HEAD 200; 405 method [GET, HEAD]
        /auth/v1/health
          none bad: 401 key
          anon forged: GET HEAD 200; 405 method [GET, HEAD]
        /auth/v1/.well-known
          none bad: GET HEAD 404 feature_disabled; 401 key
          anon forged: GET HEAD 404 feature_disabled; 405 method [GET, HEAD]
        /auth/v1/.well-known/jwks.json
          none bad: GET HEAD 200; 401 key
          anon forged: GET HEAD 200; 405 method [GET, HEAD]
        /auth/v1/.well-known//jwks.json/
          none bad: GET HEAD 200; 401 key
          anon forged: GET HEAD 200; 405 method [GET, HEAD]
        /auth/v1/.well-known/jwks.json/x
          none bad: GET HEAD 404 feature_disabled; 401 key
          anon forged: GET HEAD 404 feature_disabled; 405 method [GET, HEAD]
        /auth/v1/.well-known/openid-configuration
          none bad: GET HEAD 404 feature_disabled; 401 key
          anon forged: GET HEAD 404 feature_disabled; 405 method [GET, HEAD]
        /auth/v1/otp
          none bad: 401 key
          anon forged: POST text 404 feature_disabled; long 413 too large; 405 method [POST]
        /auth/v1/otp/x
          none bad: 401 key
          anon forged: POST text 404 feature_disabled; long 413 too large; 405 method [POST]
        /auth/v1/recover
          none bad: 401 key
          anon forged: POST long text 404 feature_disabled; 405 method [POST]
        /auth/v1/resend
          none bad: 401 key
          anon forged: POST long text 404 feature_disabled; 405 method [POST]
        /auth/v1/magiclink
          none bad: 401 key
          anon forged: POST long text 404 feature_disabled; 405 method [POST]
        /auth/v1/reauthenticate
          none bad: 401 key
          anon forged: GET HEAD 404 feature_disabled; 405 method [GET, HEAD]
        /auth/v1/verify
          none bad: GET HEAD 404 feature_disabled; 401 key
          anon forged: PUT PATCH DELETE OPTIONS TRACE 405 method [GET, HEAD, POST]; 404 feature_disabled
        /auth/v1/verify/
          none bad: GET HEAD 404 feature_disabled; 401 key
          anon forged: PUT PATCH DELETE OPTIONS TRACE 405 method [GET, HEAD, POST]; 404 feature_disabled
        /auth/v1/invite
          none bad: 401 key
          anon forged: POST long text 404 feature_disabled; 405 method [POST]
        /auth/v1/authorize?provider=x
          none bad: GET HEAD 400 validation_failed; 401 key
          anon forged: PUT PATCH DELETE OPTIONS TRACE 405 method [GET, HEAD, POST]; 400 validation_failed
        /auth/v1/callback
          none bad: PUT PATCH DELETE OPTIONS TRACE 401 key; 400 validation_failed
          anon forged: PUT PATCH DELETE OPTIONS TRACE 405 method [GET, HEAD, POST]; 400 validation_failed
        /auth/v1/callback/x
          none bad: PUT PATCH DELETE OPTIONS TRACE 401 key; 400 validation_failed
          anon forged: PUT PATCH DELETE OPTIONS TRACE 405 method [GET, HEAD, POST]; 400 validation_failed
        /auth/v1/factors
          none bad: 401 key
          anon forged: POST text 400 validation_failed; long 413 too large; 405 method [POST]
        /auth/v1/factors/
          none bad: 401 key
          anon forged: POST text 400 validation_failed; long 413 too large; 405 method [POST]
        /auth/v1/factors/x
          none bad: 401 key
          anon forged: PUT PATCH OPTIONS TRACE 405 method [GET, HEAD, POST, DELETE]; 404 mfa_factor_not_found
        /auth/v1/factors/x/verify
          none bad: 401 key
          anon forged: PUT PATCH OPTIONS TRACE 405 method [GET, HEAD, POST, DELETE]; 404 mfa_factor_not_found
        /auth/v1/sso
          none bad: 401 key
          anon forged: OPTIONS TRACE 405 method [all six]; 404 saml_provider_disabled
        /auth/v1/sso/x
          none bad: 401 key
          anon forged: OPTIONS TRACE 405 method [all six]; 404 saml_provider_disabled
        /auth/v1/sso/saml
          none bad: OPTIONS TRACE 401 key; 404 saml_provider_disabled
          anon forged: OPTIONS TRACE 405 method [all six]; 404 saml_provider_disabled
        /auth/v1/sso/saml/acs
          none bad: OPTIONS TRACE 401 key; 404 saml_provider_disabled
          anon forged: OPTIONS TRACE 405 method [all six]; 404 saml_provider_disabled
        /auth/v1/sso//saml
          none bad: OPTIONS TRACE 401 key; 404 saml_provider_disabled
          anon forged: OPTIONS TRACE 405 method [all six]; 404 saml_provider_disabled
        /auth/v1/passkeys
          none bad: 401 key
          anon forged: OPTIONS TRACE 405 method [all six]; 404 passkey_disabled
        /auth/v1/passkeys/
          none bad: 401 key
          anon forged: OPTIONS TRACE 405 method [all six]; 404 passkey_disabled
        /auth/v1/passkeys/x/y
          none bad: 401 key
          anon forged: OPTIONS TRACE 405 method [all six]; 404 passkey_disabled
        /auth/v1/oauth/authorize
          none bad: 401 key
          anon forged: OPTIONS TRACE 405 method [all six]; 404 feature_disabled
        /auth/v1/scim/v2/Users
          none bad: 401 key
          anon forged: OPTIONS TRACE 405 method [all six]; 404 feature_disabled
        /auth/v1/admin
          none bad: 401 key
          anon forged: OPTIONS TRACE 405 method [all six]; 404 feature_disabled
        /auth/v1/admin/users
          none bad: 401 key
          anon forged: OPTIONS TRACE 405 method [all six]; 404 feature_disabled
        /auth/v1/admin/users/x
          none bad: 401 key
          anon forged: OPTIONS TRACE 405 method [all six]; 404 feature_disabled
        /auth/v1/admin/sso/providers
          none bad: 401 key
          anon forged: OPTIONS TRACE 405 method [all six]; 404 sso_provider_not_found
        /realtime/v1
          none bad: 401 key
          anon forged: 404 no route
        /realtime/v1/
          none bad: 401 key
          anon forged: 404 no route
        /realtime/v1/websocket?vsn=1.0.0
          none bad: 401 key
          anon forged: GET HEAD OPTIONS TRACE 426 upgrade; 413 over 0
        /realtime/v1/websocket?vsn=9
          none bad: 401 key
          anon forged: GET HEAD OPTIONS TRACE 403 vsn; 413 over 0
        /realtime/v1/websocket/
          none bad: 401 key
          anon forged: 404 no route
        /realtime/v1/websocket/x
          none bad: 401 key
          anon forged: 404 no route
        /realtime/v1/api
          none bad: 401 key
          anon forged: 404 no route
        /realtime/v1/api/broadcast
          none bad: 401 key
          anon forged: POST long text 403 no broadcast; 404 no route
        /realtime/v1/api/broadcast/
          none bad: 401 key
          anon forged: 404 no route
        /realtime/v1/api/broadcast/room/events/ping
          none bad: 401 key
          anon forged: POST long text 403 no broadcast; 404 no route
        /realtime/v1/api/broadcast/room/events
          none bad: 401 key
          anon forged: 404 no route
        /realtime/v1/api/broadcast/room/x/ping
          none bad: 401 key
          anon forged: 404 no route
        /realtime/v1/api/broadcast//events/
          none bad: 401 key
          anon forged: POST long text 403 no broadcast; 404 no route
        /realtime/v1/api/broadcast/room/events/ping/
          none bad: 401 key
          anon forged: 404 no route
        /realtime/v1//api/broadcast
          none bad: 401 key
          anon forged: 404 no route
        /realtime/v1/api/tenants
          none bad: 401 key
          anon forged: 404 no route
        /
          none bad anon forged: 404 no route
        /health
          none bad anon forged: 200
        /health/
          none bad anon forged: 404 no route
        //health
          none bad anon forged: 404 no route
        /health/x
          none bad anon forged: 404 no route
        /ready
          none bad anon forged: 200
        /metrics
          none bad anon forged: 200
        /storage/v1
          none bad anon forged: 403 no storage
        /storage/v1/bucket
          none bad anon forged: 403 no storage
        /storage/v1/object/a/b/c
          none bad anon forged: 403 no storage
        /functions/v1/f
          none bad anon forged: 404 no functions
        /nowhere
          none bad anon forged: 404 no route
        """
}
