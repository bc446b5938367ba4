extension RequestGenerator {
    private static func address(_ user: Int) -> String { "user\(user)@example.org" }
    private static func password(_ user: Int) -> String { "correct horse \(user)" }

    /// Who may have an account on one server alone. Nobody asks to have his address: sign-up tells
    /// whether it is taken.
    static let stranger = 9

    func signUp(user: Int) -> GeneratedRequest {
        var request = GeneratedRequest("POST", "/auth/v1/signup")
        request.body = .text(
            """
            {"email":"\(Self.address(user))","password":"\(Self.password(user))","data":{"n":\(user)}}
            """)
        request.signsIn = user
        return request
    }

    /// A request about an account. Some must come rarely: what comes too often is refused.
    mutating func account() -> GeneratedRequest {
        switch dice.number(0...19) {
        case 0...2 where signUpsLeft > 0:
            signUpsLeft -= 1
            return newcomer()
        case 3...7 where signInsLeft > 0:
            signInsLeft -= 1
            return signIn(user: dice.number(0...1), isRefresh: dice.chance(40))
        case 8...9 where failuresLeft > 0 && signInsLeft > 0:
            failuresLeft -= 1
            signInsLeft -= 1
            return failedSignIn()
        case 10...12: return change()
        case 13:
            return logOut()
        case 14: return unbuilt()
        default:
            var request = GeneratedRequest("GET", "/auth/v1/user")
            request.caller = caller()
            return request
        }
    }

    /// Signs a user out, and in again: tokens without a session are refused everywhere.
    private mutating func logOut() -> GeneratedRequest {
        guard signInsLeft > 0 else { return unbuilt() }
        signInsLeft -= 1
        let user = dice.number(0...1)
        var request = GeneratedRequest("POST", "/auth/v1/logout")
        request.caller = .user(user)
        if dice.chance(60) {
            request.query = [("scope", dice.pick(["local", "others", "global", "nope"]))]
        }
        var late = GeneratedRequest("GET", "/rest/v1/\(dice.pick(models).name)")
        late.caller = .user(user)
        following = [late, signIn(user: user, isRefresh: false)]
        return request
    }

    private mutating func newcomer() -> GeneratedRequest {
        let email = dice.pick([
            "User0@Example.org", "new\(signUpsLeft)@example.org", "x@", "", "a b@c.d",
        ])
        var request = GeneratedRequest("POST", "/auth/v1/signup")
        request.body = .text(
            dice.pick([
                "{\"email\":\(quoted(email)),\"password\":\"long enough\"}",
                "{\"email\":\(quoted(email)),\"password\":\"long enough\"}",
                "{\"email\":\"c@example.org\",\"password\":\"short\"}",
                "{\"email\":\"d@example.org\"}",
                "{\"password\":\"long enough\"}", "{}", "{\"email\":7}", "{",
                "{\"phone\":\"+47\",\"password\":\"long enough\"}",
                "{\"data\":{\"a\":[1,2.50]}}",
            ]))
        return request
    }

    private func signIn(user: Int, isRefresh: Bool) -> GeneratedRequest {
        var request = GeneratedRequest("POST", "/auth/v1/token")
        request.signsIn = user
        if isRefresh {
            request.query = [("grant_type", "refresh_token")]
            request.body = .text("{\"refresh_token\":\"⟦refresh:\(user)⟧\"}")
        } else {
            request.query = [("grant_type", "password")]
            request.body = .text(
                "{\"email\":\"\(Self.address(user))\",\"password\":\"\(Self.password(user))\"}")
        }
        return request
    }

    private mutating func failedSignIn() -> GeneratedRequest {
        var request = GeneratedRequest("POST", "/auth/v1/token")
        request.query = [
            ("grant_type", dice.pick(["password", "password", "magic", "refresh_token"]))
        ]
        request.body = .text(
            dice.pick([
                "{\"email\":\"\(Self.address(0))\",\"password\":\"wrong\"}",
                "{\"email\":\"nobody@example.org\",\"password\":\"correct horse 0\"}",
                "{\"email\":\"\(Self.address(Self.stranger))\",\"password\":\"wrong\"}",
                "{\"refresh_token\":\"garbage\"}", "{\"email\":\"user0@example.org\"}", "{}", "[]",
                "",
            ]))
        return request
    }

    private mutating func change() -> GeneratedRequest {
        let user = dice.number(0...1)
        var request = GeneratedRequest("PUT", "/auth/v1/user")
        request.caller = dice.chance(85) ? .user(user) : caller()
        request.body = .text(
            dice.pick([
                "{\"data\":{\"name\":\"N\(dice.number(0...9))\",\"n\":null}}",
                "{\"data\":{\"deep\":{\"a\":[1,{\"b\":1.50}]}}}",
                "{\"password\":\"\(Self.password(user))\"}", "{\"password\":\"x\"}",
                "{\"email\":\"\(Self.address(1 - user))\"}", "{\"email\":\"x@\"}", "{\"data\":7}",
                "{",
                "{}",
            ]))
        return request
    }

    private mutating func unbuilt() -> GeneratedRequest {
        let (method, path) = dice.pick([
            ("GET", "settings"), ("GET", "health"), ("POST", "otp"), ("POST", "recover"),
            ("GET", "nope"), ("DELETE", "user"), ("GET", "admin/users"), ("POST", "factors"),
            ("GET", "authorize"), ("POST", "verify"),
        ])
        var request = GeneratedRequest(method, "/auth/v1/\(path)")
        request.caller = caller()
        if method == "POST" { request.body = .text("{\"email\":\"a@example.org\"}") }
        return request
    }
}
