/// How one session signs in.
struct Credentials: Sendable {
    let user: String
    let password: String?
    let transport: Transport
    let policy: AuthenticationPolicy
    let binding: ChannelBinding
}
