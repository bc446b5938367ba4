/// Where a request comes from.
public struct Peer: Hashable, Sendable {
    /// The numeric address, without the port; empty for a Unix socket and a request made by hand.
    public let address: String
    /// The part of it that one subscriber holds, by which calls are counted.
    public let block: AddressBlock

    /// Nobody knows where.
    public static let unknown = Peer("")

    /// Who has this numeric address.
    public init(_ address: String) {
        self.address = address
        block = AddressBlock(address)
    }
}
