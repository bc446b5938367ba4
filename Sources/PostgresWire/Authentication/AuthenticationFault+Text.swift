extension AuthenticationFault {
    /// What is wrong, in a sentence.
    public var reason: String {
        switch self {
        case .methodNotOffered(let method):
            "it asks for authentication by \(method.rawValue), which Apus does not have"
        case .unknownMethod(let code): "it asks for an unknown way of authentication, \(code)"
        case .methodNotAllowed(let method):
            "it asks for authentication by \(method.rawValue), which require_auth does not list"
        case .cleartextOverPlainConnection:
            "it asks for the password itself, which anybody on the way could read: use TLS, "
                + "or say require_auth=password"
        case .passwordIsMissing: "it asks for a password, and none is given"
        case .channelBindingIsMissing:
            "channel_binding=require asks for what the server or the connection cannot do"
        case .noCommonMechanism(let names):
            "it offers no way of authentication that Apus has, only "
                + names.joined(separator: ", ")
        case .outOfTurn, .malformedSCRAM, .wrongNonce, .iterationsOutOfRange:
            "its authentication does not follow the protocol"
        case .wrongServerSignature, .serverSignatureIsMissing:
            "it cannot prove that it knows the password: it may not be the server"
        case .refusedBySCRAM(let reason): "it refused the password: \(reason)"
        case .passwordIsNotNormalized:
            "the password has a character that must be given in its normal form (NFKC)"
        case .md5IsMissing: "it asks for MD5, which this machine's OpenSSL refuses"
        }
    }
}
