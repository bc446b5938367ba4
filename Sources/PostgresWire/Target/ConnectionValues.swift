/// The values of a connection string, read as what their parameters are.
struct ConnectionValues {
    private let values: [ConnectionKey: String]

    init(_ values: [ConnectionKey: String]) { self.values = values }

    private func fault(_ key: ConnectionKey) -> ConnectionStringFault {
        .badValue(parameter: key.rawValue, value: values[key] ?? "")
    }

    /// A value; an empty one is none.
    func text(_ key: ConnectionKey) -> String? {
        values[key].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// One of a few words.
    func word<Word: RawRepresentable<String>>(
        _ key: ConnectionKey
    ) throws(ConnectionStringFault) -> Word? {
        guard let text = text(key) else { return nil }
        guard let word = Word(rawValue: text) else { throw fault(key) }
        return word
    }

    /// A number of seconds or the like. Less than `least` means none, as libpq takes 0 and below.
    func number(_ key: ConnectionKey, atLeast least: Int) throws(ConnectionStringFault) -> Int? {
        guard let text = text(key) else { return nil }
        guard let number = Int32(text) else { throw fault(key) }
        return number < least ? nil : Int(number)
    }

    /// `sslrootcert=system` is worth nothing with less than a check of all.
    func tlsMode() throws(ConnectionStringFault) -> TLSMode? {
        let mode: TLSMode? = try word(.sslmode)
        guard text(.sslrootcert) == "system" else { return mode }
        guard mode == nil || mode == .verifyFull else { throw fault(.sslmode) }
        return .verifyFull
    }

    func policy() throws(ConnectionStringFault) -> AuthenticationPolicy {
        guard let policy = AuthenticationPolicy(requireAuth: values[.requireAuth] ?? "") else {
            throw fault(.requireAuth)
        }
        return policy
    }

    func keepAlive() throws(ConnectionStringFault) -> KeepAlive {
        KeepAlive(
            isOn: text(.keepalives) != "0",
            idleSeconds: try number(.keepalivesIdle, atLeast: 1),
            intervalSeconds: try number(.keepalivesInterval, atLeast: 1),
            probesMax: try number(.keepalivesCount, atLeast: 1),
            unacknowledgedMilliseconds: try number(.tcpUserTimeout, atLeast: 1))
    }

    /// Only UTF-8 is spoken; `auto` is the user's locale, which is that as well.
    func checkEncoding() throws(ConnectionStringFault) {
        guard let encoding = text(.clientEncoding) else { return }
        guard ["utf8", "utf-8", "unicode", "auto"].contains(encoding.lowercased()) else {
            throw fault(.clientEncoding)
        }
    }

    // MARK: Hosts

    /// The hosts: one for each entry of `hostaddr`, or of `host` without it.
    func hosts() throws(ConnectionStringFault) -> [Host] {
        let names = list(.host)
        let addresses = list(.hostaddr)
        let count = max(addresses.count, names.count, 1)
        if !names.isEmpty, !addresses.isEmpty, names.count != addresses.count {
            throw .countsDiffer(
                hosts: names.count, parameter: ConnectionKey.hostaddr.rawValue,
                count: addresses.count)
        }
        let ports = list(.port)
        guard ports.count <= 1 || ports.count == count else {
            throw .countsDiffer(
                hosts: count, parameter: ConnectionKey.port.rawValue, count: ports.count)
        }
        var hosts: [Host] = []
        for index in 0..<count {
            let port = ports.isEmpty ? "" : ports[ports.count == 1 ? 0 : index]
            let address = addresses.isEmpty ? "" : addresses[index]
            let name = names.isEmpty ? "" : names[index]
            // The end of a password that is not encoded, which must not be looked up or told.
            let isSocket = name.hasPrefix("/") || name.hasPrefix("@")
            guard isSocket || !name.contains("@") else { throw .badAddress(name) }
            hosts.append(
                Host(
                    address: Self.address(name, address),
                    numericAddress: address.isEmpty ? nil : address, port: try self.port(port)))
        }
        return hosts
    }

    private func list(_ key: ConnectionKey) -> [String] {
        guard let text = text(key) else { return [] }
        return text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }

    private static func address(_ name: String, _ address: String) -> Host.Address {
        if !address.isEmpty { return .name(name.isEmpty ? address : name) }
        if name.isEmpty { return .socketDirectory(ConnectionTarget.defaultSocketDirectory) }
        return name.hasPrefix("/") || name.hasPrefix("@") ? .socketDirectory(name) : .name(name)
    }

    private func port(_ text: String) throws(ConnectionStringFault) -> Int {
        if text.isEmpty { return 5432 }
        guard let port = UInt16(text), port > 0 else {
            throw .badValue(parameter: ConnectionKey.port.rawValue, value: text)
        }
        return Int(port)
    }
}
