import Testing

@testable import Query

@Suite struct FeedFilterTests {
    static let values: [(String, [String])] = [
        ("n=eq.5", ["5"]), (" n=gt.5 , title=eq.x ", ["5", "x"]), ("title=eq.a=b", ["a=b"]),
        (#"title=eq."a,b""#, ["a,b"]), (#"title=eq."a"b"#, [#""a"b"#]),
        (#"title=eq."a"#, [#""a"#]), ("title=eq.a)", ["a)"]), ("title=eq.", [""]),
        (#"title=eq."a\"b",n=lt.1"#, [#"a"b"#, "1"]), (#""a,b"=eq.1"#, ["1"]),
        (#" "a,b" =eq.1, "c,d"=eq."x,y" "#, ["1", "x,y"]), ("title=eq.,n=eq.1", ["", "1"]),
        (#"title=eq."a,b"c,n=eq.1"#, [#""a,b"c"#, "1"]),
        (#"title=eq.f(a,b),n=eq.g("x,)",y)"#, ["f(a,b)", #"g("x,)",y)"#]),
    ]

    @Test(arguments: values)
    func `conditions are joined by commas`(text: String, values: [String]) throws {
        let filter = try #require(try FeedFilter.parse(text))
        let conditions = if case .all(let parts) = filter { parts } else { [filter] }
        let found = conditions.map { condition -> String? in
            guard case .test(let test) = condition,
                case .comparison(_, .value(let value)) = test.operation
            else { return nil }
            return value
        }
        #expect(found == values)
    }

    static let refusals: [(String, FeedFilterFault)] = [
        ("n=eq.1,", .emptySegment), (",n=eq.1", .emptySegment), ("n=eq.1,,m=eq.1", .emptySegment),
        ("undefined", .unreadable("undefined", hint: nil)), ("n=5", .unreadable("n=5", hint: nil)),
        ("=eq.5", .unreadable("=eq.5", hint: nil)), ("n=in.1", .unreadable("n=in.1", hint: nil)),
        ("n=qe.1", .unreadable("n=qe.1", hint: "Perhaps you meant the operator 'eq'.")),
        ("title=match.a", .query(.notBuilt("The operator match (regular expression)"))),
        ("n=eq(any).1", .query(.arrayLiteral("1"))),
        ("n=eq." + String(repeating: "1", count: QueryLimits.feedFilterBytesMax), .tooLong),
        ("n=in.(\((0...100).map { "\($0)" }.joined(separator: ",")))", .tooManyValues),
    ]

    @Test(arguments: refusals)
    func `a wrong filter says what is wrong`(text: String, fault: FeedFilterFault) {
        #expect(throws: fault) { try FeedFilter.parse(text) }
    }

    @Test func `an empty filter is none, and a list may have a hundred values`() throws {
        #expect(try FeedFilter.parse("") == nil)
        #expect(try FeedFilter.parse("  ") == nil)
        let list = (0..<100).map { "\($0)" }.joined(separator: ",")
        #expect(throws: Never.self) { try FeedFilter.parse("n=in.(\(list))") }
    }
}
