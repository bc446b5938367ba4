import Bytes
import Crypto

/// The part of a session's start in which the server asks who we are (AuthenticationRequest).
struct Authentication: Sendable {
    /// What the session does next.
    enum Step {
        /// Wait for the server.
        case wait
        /// Have keys derived, then answer with ``finish(keys:)``.
        case derive(SCRAMDerivation)
        /// The server has let us in.
        case done
    }

    private enum Phase {
        case unasked
        /// The password has gone out in some form.
        case answered(AuthenticationMethod)
        case awaitingServerFirst
        case awaitingKeys
        case awaitingServerFinal
        case proven
    }

    private let credentials: Credentials
    private let limits: WireLimits
    private let makeNonce: @Sendable () -> String
    private var phase = Phase.unasked
    private var scram: SCRAMExchange?

    init(
        _ credentials: Credentials, limits: WireLimits,
        makeNonce: @escaping @Sendable () -> String
    ) {
        self.credentials = credentials
        self.limits = limits
        self.makeNonce = makeNonce
    }

    /// Takes the body of `R`; appends the answer, if there is one.
    mutating func take(
        _ body: Span<UInt8>, answer: inout [UInt8]
    ) throws(SessionFault) -> Step {
        var reader = BodyReader(body, of: .authentication)
        let code: Int32
        do throws(WireFault) { code = try reader.integer(Int32.self) } catch { throw .wire(error) }
        let rest = body.extracting(4...)
        do throws(AuthenticationFault) {
            switch code {
            case 0: return try finishRequests()
            case 10: return try chooseMechanism(rest, &answer)
            case 11: return try takeServerFirst(rest)
            case 12: return try takeServerFinal(rest)
            case 3, 5: try answerPassword(code, rest, &answer)
            default:
                guard let method = AuthenticationMethod(code: code) else {
                    throw .unknownMethod(code: code)
                }
                throw .methodNotOffered(method)
            }
            return .wait
        } catch {
            throw .authentication(error)
        }
    }

    /// The server lets us in: it must have asked for what we insist on.
    private func finishRequests() throws(AuthenticationFault) -> Step {
        switch phase {
        case .proven: break
        case .unasked: try allow(.none)
        case .answered: break
        case .awaitingServerFirst, .awaitingKeys, .awaitingServerFinal:
            throw .serverSignatureIsMissing
        }
        if credentials.binding == .require, scram?.mechanism != SCRAMExchange.bindingMechanism {
            throw .channelBindingIsMissing
        }
        return .done
    }

    private func allow(_ method: AuthenticationMethod) throws(AuthenticationFault) {
        guard credentials.policy.allowed.contains(method) else { throw .methodNotAllowed(method) }
    }

    private func givenPassword() throws(AuthenticationFault) -> String {
        guard let password = credentials.password else { throw .passwordIsMissing }
        return password
    }

    // MARK: The password itself, and MD5

    private mutating func answerPassword(
        _ code: Int32, _ salt: Span<UInt8>, _ answer: inout [UInt8]
    ) throws(AuthenticationFault) {
        let method: AuthenticationMethod = code == 3 ? .password : .md5
        guard case .unasked = phase else { throw .outOfTurn }
        // Neither can be bound to anything.
        if credentials.binding == .require { throw .channelBindingIsMissing }
        try allow(method)
        let password = try givenPassword()
        if method == .password {
            guard !credentials.transport.isExposed || credentials.policy.allowsExposedPassword
            else {
                throw .cleartextOverPlainConnection
            }
            answer.append(password: Array(password.utf8))
        } else {
            answer.append(
                password: try MD5Password.answer(
                    user: credentials.user, password: password, salt: salt.copied))
        }
        phase = .answered(method)
    }

    // MARK: SCRAM

    private mutating func chooseMechanism(
        _ body: Span<UInt8>, _ answer: inout [UInt8]
    ) throws(AuthenticationFault) -> Step {
        guard case .unasked = phase else { throw .outOfTurn }
        try allow(.scramSHA256)
        let offered = body.copied.split(separator: 0).map { String(utf8: $0) }
        let exchange = SCRAMExchange(binding: try binding(offered), nonce: makeNonce())
        _ = try givenPassword()
        answer.appendSASLInitial(mechanism: exchange.mechanism, exchange.clientFirst)
        scram = exchange
        phase = .awaitingServerFirst
        return .wait
    }

    private func binding(_ offered: [String]) throws(AuthenticationFault) -> SCRAMExchange.Binding {
        let canBind = credentials.transport.bindingData
        let wants = credentials.binding != .disable
        if wants, let canBind, offered.contains(SCRAMExchange.bindingMechanism) {
            return .serverEndPoint(canBind)
        }
        if credentials.binding == .require { throw .channelBindingIsMissing }
        guard offered.contains(SCRAMExchange.plainMechanism) else {
            throw .noCommonMechanism(offered)
        }
        // `y` where the server does offer binding would make it refuse us.
        let isOffered = offered.contains(SCRAMExchange.bindingMechanism)
        return wants && canBind != nil && !isOffered ? .notOffered : .none
    }

    private mutating func takeServerFirst(
        _ body: Span<UInt8>
    ) throws(AuthenticationFault) -> Step {
        guard case .awaitingServerFirst = phase, var exchange = scram else { throw .outOfTurn }
        let password = try SASLprep.prepare(try givenPassword())
        let derivation = try exchange.readServerFirst(
            body.copied, password: password, limits: limits)
        scram = exchange
        phase = .awaitingKeys
        return .derive(derivation)
    }

    /// Answers with keys that were derived elsewhere; false when none were asked for.
    mutating func finish(keys: SCRAMKeys, answer: inout [UInt8]) -> Bool {
        guard case .awaitingKeys = phase, var exchange = scram else { return false }
        answer.append(saslResponse: exchange.clientFinal(keys: keys))
        scram = exchange
        phase = .awaitingServerFinal
        return true
    }

    private mutating func takeServerFinal(
        _ body: Span<UInt8>
    ) throws(AuthenticationFault) -> Step {
        guard case .awaitingServerFinal = phase, let scram else { throw .outOfTurn }
        try scram.check(serverFinal: body.copied)
        phase = .proven
        return .wait
    }
}
