import PostgresWire
import Testing

struct TargetCase: CustomTestStringConvertible, Sendable {
    let text: String
    var environment: [String: String] = [:]
    /// `user@host:port,…/database` and what else is not as usual.
    let expected: String
    var testDescription: String { environment.isEmpty ? text : "\(text) \(environment)" }

    init(_ text: String, _ expected: String, _ environment: [String: String] = [:]) {
        self.text = text
        self.expected = expected
        self.environment = environment
    }
}

extension ConnectionTarget {
    /// What the tests compare.
    var words: String {
        let hosts = hosts.map { host in
            let place =
                switch host.address {
                case .name(let name): name
                case .socketDirectory(let directory): "unix(\(directory))"
                }
            return "\(place)\(host.numericAddress.map { "=\($0)" } ?? ""):\(host.port)"
        }
        var words = "\(user)@\(hosts.joined(separator: ","))/\(database)"
        if let password { words += " password=\(password)" }
        if let tlsMode { words += " \(tlsMode.rawValue)" }
        if let applicationName { words += " app=\(applicationName)" }
        if let options { words += " options=\(options)" }
        if let connectTimeoutSeconds { words += " \(connectTimeoutSeconds)s" }
        if sessionAttributes != .any { words += " \(sessionAttributes.rawValue)" }
        return words
    }
}

@Suite struct ConnectionTargetTests {
    static let socket = "unix(/var/run/postgresql):5432"

    static let cases = [
        // URIs (PostgreSQL manual, "Connection URIs"; src/interfaces/libpq/t/001_uri.pl).
        TargetCase("postgresql://", "me@\(socket)/me"),
        TargetCase("postgres://localhost", "me@localhost:5432/me"),
        TargetCase("postgresql://localhost:5433", "me@localhost:5433/me"),
        TargetCase("postgresql://localhost/mydb", "me@localhost:5432/mydb"),
        TargetCase("postgresql://user@localhost", "user@localhost:5432/user"),
        TargetCase(
            "postgresql://user:secret@localhost", "user@localhost:5432/user password=secret"),
        TargetCase("postgresql://:pw@host", "me@host:5432/me password=pw"),
        TargetCase("postgresql://user:@host/", "user@host:5432/user"),
        TargetCase(
            "postgresql://other@localhost/otherdb?connect_timeout=10&application_name=myapp",
            "other@localhost:5432/otherdb app=myapp 10s"),
        TargetCase(
            "postgresql://host1:123,host2:456/somedb?target_session_attrs=read-write",
            "me@host1:123,host2:456/somedb read-write"),
        TargetCase("postgresql://a,b,c/", "me@a:5432,b:5432,c:5432/me"),
        TargetCase("postgresql://a,b/?port=99", "me@a:99,b:99/me"),
        TargetCase("postgresql:///mydb?host=localhost&port=5433", "me@localhost:5433/mydb"),
        TargetCase("postgresql://[2001:db8::1234]/database", "me@2001:db8::1234:5432/database"),
        TargetCase("postgresql://[::1]:99,h/", "me@::1:99,h:5432/me"),
        TargetCase("postgresql:///dbname?host=/var/lib/pg", "me@unix(/var/lib/pg):5432/dbname"),
        TargetCase("postgresql://%2Fvar%2Flib%2Fpg/dbname", "me@unix(/var/lib/pg):5432/dbname"),
        TargetCase("postgresql://?host=@abstract", "me@unix(@abstract):5432/me"),
        TargetCase(
            "postgres://us%40er:p%3Aw%2F%25@h/d%20b?options=-c%20a%3Db%5C%20c",
            "us@er@h:5432/d b password=p:w/% options=-c a=b\\ c"),
        TargetCase("postgres://u:p:q@h", "u@h:5432/u password=p:q"),
        TargetCase("postgres://h/a?user=x&dbname=y", "x@h:5432/y"),
        TargetCase("postgres://h?ssl=true", "me@h:5432/me require"),
        TargetCase("postgres://h/?sslmode=verify-full", "me@h:5432/me verify-full"),
        TargetCase("postgres://h/?sslrootcert=system", "me@h:5432/me verify-full"),
        TargetCase("postgres://höst/dätabase", "me@höst:5432/dätabase"),
        TargetCase("postgres://h/d+e", "me@h:5432/d+e"),
        // Pairs ("Keyword/Value Connection Strings").
        TargetCase(
            "host=localhost port=5433 dbname=mydb connect_timeout=10", "me@localhost:5433/mydb 10s"),
        TargetCase(
            "host = h  user='a b' password = 'it\\'s \\\\'", "a b@h:5432/a b password=it's \\"),
        TargetCase("host=h password=''", "me@h:5432/me"),
        TargetCase("host=h password=a\\ b", "me@h:5432/me password=a b"),
        TargetCase("host=h\n\tuser=u", "u@h:5432/u"),
        TargetCase("host=a,b port=1,2", "me@a:1,b:2/me"),
        TargetCase("host=a,b port=1", "me@a:1,b:1/me"),
        TargetCase("host=a,,b port=1,,3", "me@a:1,unix(/var/run/postgresql):5432,b:3/me"),
        TargetCase("host=a hostaddr=10.0.0.1", "me@a=10.0.0.1:5432/me"),
        TargetCase("hostaddr=10.0.0.1,::1", "me@10.0.0.1=10.0.0.1:5432,::1=::1:5432/me"),
        TargetCase("host=h requiressl=1", "me@h:5432/me require"),
        TargetCase("host=h user=a user=b", "b@h:5432/b"),
        TargetCase("host=h connect_timeout=0", "me@h:5432/me"),
        TargetCase("host=h fallback_application_name=f", "me@h:5432/me app=f"),
        TargetCase(
            "host=h gssencmode=disable uselibpqcompat=true connection_limit=5", "me@h:5432/me"),
        TargetCase("host=h sslnegotiation=direct", "me@h:5432/me"),
        TargetCase("orders", "me@\(socket)/orders"),
        TargetCase("", "me@\(socket)/me"),
        // The environment completes, and no more.
        TargetCase(
            "", "env@envhost:6000/envdb password=pw require app=envapp options=-c x=y 3s standby",
            [
                "PGHOST": "envhost", "PGPORT": "6000", "PGUSER": "env", "PGDATABASE": "envdb",
                "PGPASSWORD": "pw", "PGSSLMODE": "require", "PGAPPNAME": "envapp",
                "PGOPTIONS": "-c x=y", "PGCONNECT_TIMEOUT": "3", "PGTARGETSESSIONATTRS": "standby",
            ]),
        TargetCase(
            "postgres://u@h/d", "u@h:6000/d",
            ["PGUSER": "env", "PGHOST": "e", "PGPORT": "6000", "PGDATABASE": "x"]),
        TargetCase("host=h", "me@h:5432/me", ["PGHOST": "", "PGUSER": ""]),
        // A service stands between the two.
        TargetCase("service=shop", "s@sh:7000/shopdb", ["PGHOST": "e"]),
        TargetCase("service=shop host=h", "s@h:7000/shopdb", ["PGUSER": "e"]),
        TargetCase("", "s@sh:7000/shopdb", ["PGSERVICE": "shop"]),
    ]

    static let services = """
        # a comment
        [other]
        host=oh

        [shop]
        host=sh
        port=7000
         user=s
        dbname=shopdb
        [shop]
        host=second
        """

    @Test(arguments: cases)
    func `a connection string names its servers as it does for libpq`(example: TargetCase) throws {
        let target = try ConnectionTarget(
            example.text, environment: example.environment, services: ServiceFile(Self.services),
            systemUser: "me")
        #expect(target.words == example.expected)
    }

    static let faults: [(String, ConnectionStringFault)] = [
        ("postgres://h/?hots=x", .unknownParameter("hots")),
        ("hots=x", .unknownParameter("hots")),
        ("host=h sslmode", .missingEquals("sslmode")), ("=x", .missingEquals("")),
        ("host=h user='a", .unclosedQuote(parameter: "user")),
        ("postgres://h/?user", .missingEquals("user")), ("postgres://h/?=x", .missingEquals("=x")),
        ("postgres://h/%zz", .badEscape("%zz")), ("postgres://h/%", .badEscape("%")),
        ("postgres://u%00@h/", .badEscape("u%00")), ("postgres://h/%ff", .badEscape("%ff")),
        ("host=h user=a\0b", .badEscape("user")),
        ("postgres://[::1/", .badAddress("[::1/")), ("postgres://[]/", .badAddress("[]/")),
        ("postgres://[::1]x/", .badAddress("[::1]x/")),
        ("postgres://u:s3cret@pw@h/n", .badAddress("pw@h")),
        ("postgres://h:port/", .badValue(parameter: "port", value: "port")),
        ("postgres://h:0/", .badValue(parameter: "port", value: "0")),
        ("postgres://h:65536/", .badValue(parameter: "port", value: "65536")),
        ("host=h sslmode=maybe", .badValue(parameter: "sslmode", value: "maybe")),
        ("host=h connect_timeout=soon", .badValue(parameter: "connect_timeout", value: "soon")),
        ("host=h target_session_attrs=x", .badValue(parameter: "target_session_attrs", value: "x")),
        ("host=h require_auth=x", .badValue(parameter: "require_auth", value: "x")),
        ("host=h channel_binding=x", .badValue(parameter: "channel_binding", value: "x")),
        ("host=h client_encoding=latin1", .badValue(parameter: "client_encoding", value: "latin1")),
        (
            "host=h sslrootcert=system sslmode=require",
            .badValue(parameter: "sslmode", value: "require")
        ),
        (
            "host=h sslnegotiation=direct sslmode=prefer",
            .badValue(parameter: "sslmode", value: "prefer")
        ),
        ("host=a,b port=1,2,3", .countsDiffer(hosts: 2, parameter: "port", count: 3)),
        ("host=a,b hostaddr=::1", .countsDiffer(hosts: 2, parameter: "hostaddr", count: 1)),
        ("service=none", .unknownService("none")),
    ]

    @Test(arguments: faults)
    func `a connection string that names nothing says why`(
        text: String, fault: ConnectionStringFault
    ) {
        #expect(throws: fault) { _ = try ConnectionTarget(text, systemUser: "me") }
    }

    @Test func `somebody must be signed in`() {
        #expect(throws: ConnectionStringFault.userIsMissing) { _ = try ConnectionTarget("host=h") }
    }

    @Test func `a broken service file says which line`() {
        #expect(throws: ConnectionStringFault.missingEquals("host")) {
            _ = try ServiceFile("[a]\nhost")
        }
        #expect(throws: ConnectionStringFault.unknownParameter("hots")) {
            _ = try ConnectionTarget(
                "service=a", services: ServiceFile("[a]\nhots=x"), systemUser: "me")
        }
        #expect(throws: ConnectionStringFault.badValue(parameter: "service", value: "b")) {
            _ = try ConnectionTarget(
                "service=a", services: ServiceFile("[a]\nservice=b"), systemUser: "me")
        }
    }

    @Test func `the rest of libpq's parameters is read`() throws {
        let target = try ConnectionTarget(
            "host=h keepalives=0 keepalives_idle=10 keepalives_interval=5 keepalives_count=3 "
                + "tcp_user_timeout=9000 sslcert=c sslkey=k sslrootcert=r passfile=p "
                + "channel_binding=require load_balance_hosts=random sslmode=verify-ca "
                + "sslnegotiation=direct client_encoding=UTF8 pgbouncer=true supa=x",
            systemUser: "me")
        let keepAlive = target.keepAlive
        #expect(!keepAlive.isOn && keepAlive.idleSeconds == 10 && keepAlive.intervalSeconds == 5)
        #expect(keepAlive.probesMax == 3 && keepAlive.unacknowledgedMilliseconds == 9000)
        #expect(target.certificateFile == "c" && target.keyFile == "k")
        #expect(target.rootCertificates == "r" && target.passwordFile == "p")
        #expect(target.channelBinding == .require && target.hostOrder == .random)
        #expect(target.tlsNegotiation == .direct && !target.preparesByName)
        #expect(target.ignored == ["supa"])
        let session = target.session(over: .plain, password: "from file")
        #expect(session.password == "from file" && session.database == "me")
        #expect(session.channelBinding == .require && !session.preparesByName)
    }

    @Test func `a session asks for the name and the options that were given, and for no more`()
        throws
    {
        let target = try ConnectionTarget(
            "postgres://u:p@h/d?application_name=a&options=-c%20x%3Dy")
        let session = target.session(over: .plain, password: "from file")
        #expect(session.password == "p")
        #expect(session.settings.map(\.name) == ["application_name", "options"])
        #expect(try ConnectionTarget("postgres://u@h/d").session(over: .plain).settings == [])
    }

    @Test func `a host knows its socket and whether it is near`() {
        let socket = Host(address: .socketDirectory("/tmp/x"), port: 5433)
        #expect(socket.socketPath == "/tmp/x/.s.PGSQL.5433" && socket.isLocal)
        #expect(Host(address: .name("localhost")).isLocal)
        #expect(Host(address: .name("db"), numericAddress: "127.0.0.1").isLocal)
        #expect(!Host(address: .name("db.example.com")).isLocal)
        #expect(Host(address: .name("db")).socketPath == nil)
    }

    // MARK: What a server must be

    static let attributes: [(SessionAttributes, String?, String?, Bool?)] = [
        (.any, nil, nil, true), (.primary, "off", nil, true), (.primary, "on", nil, false),
        (.primary, nil, nil, nil), (.standby, "on", nil, true), (.standby, "off", nil, false),
        (.preferStandby, "off", nil, false), (.readWrite, "off", "off", true),
        (.readWrite, "off", "on", false), (.readWrite, "on", "off", false),
        (.readWrite, nil, "off", nil), (.readOnly, "on", "off", true),
        (.readOnly, "off", "on", true), (.readOnly, "off", "off", false),
        (.readOnly, "off", nil, nil),
    ]

    @Test(arguments: attributes)
    func `a server is judged by what it reports`(
        wanted: SessionAttributes, standby: String?, readOnly: String?, verdict: Bool?
    ) {
        #expect(
            wanted.isMet(inHotStandby: standby, defaultTransactionReadOnly: readOnly) == verdict)
    }

    // MARK: Password files

    static let passwords = #"""
        # comment:5432:*:*:no
        db.example.com:5432:shop:anna:one
        db.example.com:*:*:anna:two
        localhost:5432:*:*:near
        /tmp/pg:5433:*:*:socket
        ::1:*:*:*:wrong
        \:\:1:*:*:*:six
        a\\b:*:*:*:back\\slash\:colon
        \*:*:*:*:star
        c:*:*:*:with:colons
        d:*:*
        *:*:*:last:catch
        """#

    @Test(
        arguments: [
            ("db.example.com", 5432, "shop", "anna", "one"),
            ("db.example.com", 5433, "shop", "anna", "two"),
            ("db.example.com", 5432, "shop", "bert", nil), ("localhost", 5432, "x", "y", "near"),
            ("/var/run/postgresql", 5432, "x", "y", "near"), ("/tmp/pg", 5433, "x", "y", "socket"),
            ("::1", 1, "x", "y", "six"), (#"a\b"#, 1, "x", "y", #"back\slash:colon"#),
            ("*", 1, "x", "y", "star"), ("c", 1, "x", "y", "with:colons"), ("d", 1, "x", "y", nil),
            ("anything", 9, "x", "last", "catch"),
        ] as [(String, Int, String, String, String?)])
    func `the first line that fits gives the password`(
        place: String, port: Int, database: String, user: String, password: String?
    ) {
        let host = Host(
            address: place.hasPrefix("/") ? .socketDirectory(place) : .name(place), port: port)
        let found = PasswordFile(Self.passwords).password(
            host: host, database: database, user: user)
        #expect(found == password)
    }
}
