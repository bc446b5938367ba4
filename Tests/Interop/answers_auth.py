"""Sign-up, sign-in and sessions: one list of rows for each call, one row for each request of it."""

from expectation import absent, built

USER = {
    "id": str, "aud": "authenticated", "role": "authenticated", "email": str, "phone": "",
    "app_metadata": {"provider": "email", "providers": ["email"], ...: ...},
    "user_metadata": dict, "identities": list, "created_at": str, "updated_at": str,
    "is_anonymous": False, ...: ...,
}


def user(suffix, **members):
    return built(200, {**USER, "id": "{{user_id%s}}" % suffix, **members})


def session(suffix):
    return built(200, {
        "access_token": str, "token_type": "bearer", "expires_in": 3600, "expires_at": int,
        "refresh_token": str, "user": {**USER, "email": "{{email%s}}" % suffix},
    })


SIGNED_OUT = built(204)
NO_MAIL = absent(
    404, "feature_disabled",
    "This server does not send mail, so links and codes are not offered")
NO_ADMIN = absent(
    404, "feature_disabled", "The administration of users is not offered by this server")
NO_PHONE = absent(400, "phone_provider_disabled")
NO_PROVIDER = absent(400, "validation_failed")
NO_ANONYMOUS = absent(422, "anonymous_provider_disabled")
NO_FACTOR = absent(404, "mfa_factor_not_found")
NO_LINKING = absent(404, "manual_linking_disabled")

AUTH = {
    "auth.signUp": [session("")],
    "auth.signUp second": [session("_b")],
    "auth.signUp duplicate -> error": [built(422, code="user_already_exists")],
    "auth.signUp weak -> AuthWeakPasswordError": [
        built(422, {"weak_password": {"reasons": ["length"]}, ...: ...}, code="weak_password")],
    "auth.signInWithPassword": [session("")],
    "auth.signInWithPassword wrong": [built(400, code="invalid_credentials")],
    "auth.refreshSession": [session("")],
    "auth.getUser": [user("")],
    "auth.getClaims": [user("")],
    "auth.updateUser data": [user("", user_metadata={"color": "red", "nick": "ada", ...: ...})],
    "auth.updateUser password": [user("")],
    "auth.setSession": [user("")],
    "auth.getUserIdentities": [user("")],
    "auth.resetPasswordForEmail": [NO_MAIL],
    "auth.signInWithOtp email": [NO_MAIL],
    "auth.signInWithOtp phone": [NO_PHONE],
    "auth.verifyOtp": [NO_MAIL],
    "following that URL": [NO_PROVIDER],
    "auth.signInWithIdToken": [absent(400, "provider_disabled")],
    "auth.signInWithSSO": [absent(404, "saml_provider_disabled")],
    "auth.signInAnonymously": [NO_ANONYMOUS],
    "auth.mfa.enroll totp": [absent(422, "mfa_totp_enroll_not_enabled")],
    "auth.mfa.listFactors": [user("")],
    "auth.resend": [NO_MAIL],
    "auth.reauthenticate": [NO_MAIL],
    "auth.linkIdentity": [NO_LINKING],
    "auth.admin.listUsers": [NO_ADMIN],
    "auth.admin.createUser": [NO_ADMIN],
    "auth.admin.inviteUserByEmail": [NO_ADMIN],
    "auth.admin.generateLink": [NO_ADMIN],
    "auth.admin.deleteUser": [user("_b"), NO_ADMIN],
    "(auth.getUser between the calls)": [user(""), user("_b")],
    "auth.signOut": [SIGNED_OUT],
    "auth.signOut others": [SIGNED_OUT],
    "extra: auth.signUp": [session("_c")],
    "extra: auth.signUp phone": [NO_PHONE],
    "extra: auth.signInWithPassword captcha": [NO_PHONE],
    "extra: auth.signUp pkce": [session("_d")],
    "extra: auth.signInWithOtp pkce": [NO_MAIL],
    "extra: auth.resetPasswordForEmail pkce": [NO_MAIL],
    "extra: auth.signInWithOAuth pkce, following the URL": [NO_PROVIDER],
    "extra: auth.exchangeCodeForSession": [absent(404, "flow_state_not_found")],
    "extra: auth.verifyOtp token_hash": [NO_MAIL],
    "extra: auth.verifyOtp phone": [NO_MAIL],
    "extra: auth.signInAnonymously data": [NO_ANONYMOUS],
    "extra: auth.updateUser email": [user("_c", email="{{email_c2}}")],
    "extra: auth.updateUser nonce": [user("_c")],
    "extra: auth.mfa.enroll phone": [absent(422, "mfa_phone_enroll_not_enabled")],
    "extra: auth.mfa.challenge": [NO_FACTOR],
    "extra: auth.mfa.verify": [NO_FACTOR],
    "extra: auth.mfa.challengeAndVerify": [NO_FACTOR],
    "extra: auth.mfa.unenroll": [NO_FACTOR],
    "extra: auth.unlinkIdentity": [NO_LINKING],
    "extra: auth.signInWithWeb3 message": [absent(422, "web3_provider_disabled")],
    "extra: auth.admin.getUserById": [NO_ADMIN],
    "extra: auth.admin.updateUserById": [NO_ADMIN],
    "extra: auth.admin.listUsers page": [NO_ADMIN],
    "extra: auth.admin.deleteUser soft": [NO_ADMIN],
    # The token in it is none.
    "extra: auth.admin.signOut": [built(403, code="bad_jwt")],
    "extra: auth.admin.mfa.listFactors": [NO_ADMIN],
    "extra: auth.admin.mfa.deleteFactor": [NO_ADMIN],
    "extra: new-format key, auth": [built(401, {"message": "Invalid API key", "hint": str})],
    "extra: auth.refreshSession while subscribed": [session("_c2")],
    "extra: auth.signOut while subscribed": [SIGNED_OUT],
    "node: auth.signUp": [session("")],
    "node: auth.signOut": [SIGNED_OUT],
}
