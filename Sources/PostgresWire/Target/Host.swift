/// One server to try.
public struct Host: Hashable, Sendable {
    /// Where it listens.
    public enum Address: Hashable, Sendable {
        /// A name to resolve, or an address.
        case name(String)
        /// A Unix socket in this directory; in Linux's abstract namespace when it begins with `@`.
        case socketDirectory(String)
    }

    /// Where it listens; a certificate is checked against a name.
    public let address: Address
    /// An address that spares resolving the name (`hostaddr`).
    public let numericAddress: String?
    /// The port; part of a Unix socket's file name.
    public let port: Int

    /// A server.
    public init(address: Address, numericAddress: String? = nil, port: Int = 5432) {
        self.address = address
        self.numericAddress = numericAddress
        self.port = port
    }

    /// The path of its Unix socket; nil for another.
    public var socketPath: String? {
        switch address {
        case .name: nil
        case .socketDirectory(let directory): "\(directory)/.s.PGSQL.\(port)"
        }
    }

    /// Whether it is reached without leaving the machine.
    public var isLocal: Bool {
        switch address {
        case .socketDirectory: true
        case .name(let name):
            ["localhost", "::1"].contains(numericAddress ?? name)
                || (numericAddress ?? name).hasPrefix("127.")
        }
    }

    /// What a password file calls it: the default socket directory is `localhost` there.
    var nameForPasswords: String {
        switch address {
        case .name(let name): name
        case .socketDirectory(let directory):
            directory == ConnectionTarget.defaultSocketDirectory ? "localhost" : directory
        }
    }
}
