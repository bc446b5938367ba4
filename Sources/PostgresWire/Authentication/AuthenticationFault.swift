/// Why a session cannot sign in, as this side sees it. What the server itself refuses comes as a
/// ``ServerError``.
public enum AuthenticationFault: Error, Hashable, Sendable {
    /// The server asks for a method that is not offered here (GSSAPI, SSPI, Kerberos, …). Its line
    /// in `pg_hba.conf` says which.
    case methodNotOffered(AuthenticationMethod)
    /// The number of a method that the protocol does not have.
    case unknownMethod(code: Int32)
    /// `require_auth` does not list the method.
    case methodNotAllowed(AuthenticationMethod)
    /// The server wants the password itself, and anybody on the way could read it. TLS, a Unix
    /// socket or an explicit `require_auth=password` make it possible.
    case cleartextOverPlainConnection
    /// The server asks for a password and none is given.
    case passwordIsMissing
    /// `channel_binding=require`, and the server, the connection or its certificate cannot bind.
    case channelBindingIsMissing
    /// None of the server's SASL mechanisms is known here.
    case noCommonMechanism([String])
    /// The server asks out of turn: twice, or on with what it has not begun.
    case outOfTurn
    /// A SCRAM message of the server's does not have the form of RFC 5802 §7.
    case malformedSCRAM
    /// The server's nonce does not begin with ours: the answer to another question.
    case wrongNonce
    /// More, or fewer, rounds of PBKDF2 than ``WireLimits`` has.
    case iterationsOutOfRange(Int)
    /// The server cannot prove that it knows the password: it is not the server.
    case wrongServerSignature
    /// The server let us in before it had proved that it knows the password.
    case serverSignatureIsMissing
    /// SCRAM failed at the server, in its words (`e=…`).
    case refusedBySCRAM(String)
    /// SASLprep would rewrite this character of the password: it must be given in its normal form
    /// (NFKC), as the server has stored it.
    case passwordIsNotNormalized(Unicode.Scalar)
    /// The server asks for MD5, which this OpenSSL refuses.
    case md5IsMissing
}
