import Testing

@testable import Network

/// What a server presents, how it is judged, and the verdict: nil accepts it.
struct Judgement: CustomTestStringConvertible, Sendable {
    enum Presented: Sendable {
        case issued(names: String, commonName: String, validSeconds: Range<Int>)
        case selfSigned
        case issuedBy(authority: String)
    }

    let testDescription: String
    let presented: Presented
    let verification: TLSClientContext.Verification
    let name: String
    let verdict: CertificateFault?

    init(
        _ description: String, names: String = "DNS:localhost,IP:127.0.0.1",
        commonName: String = "test", validSeconds: Range<Int> = -3600..<3600,
        by verification: TLSClientContext.Verification = .chainAndName, name: String = "localhost",
        _ verdict: CertificateFault?
    ) {
        self.init(
            description,
            .issued(names: names, commonName: commonName, validSeconds: validSeconds),
            by: verification, name: name, verdict)
    }

    init(
        _ description: String, _ presented: Presented,
        by verification: TLSClientContext.Verification, name: String = "localhost",
        _ verdict: CertificateFault?
    ) {
        testDescription = description
        self.presented = presented
        self.verification = verification
        self.name = name
        self.verdict = verdict
    }

    static let all = [
        Judgement("good, by name", nil),
        Judgement("good, by name with a dot at its end", name: "localhost.", nil),
        Judgement("good, by address", name: "127.0.0.1", nil),
        Judgement("good, by IPv6 address", names: "IP:::1", name: "::1", nil),
        Judgement("wildcard", names: "DNS:*.db.test", name: "a.db.test", nil),
        Judgement(
            "wildcard two labels up", names: "DNS:*.db.test", name: "a.b.db.test",
            .wrongName(names: ["*.db.test"])),
        Judgement(
            "part of a label", names: "DNS:a*.db.test", name: "ab.db.test",
            .wrongName(names: ["a*.db.test"])),
        Judgement("common name alone", names: "", commonName: "localhost", nil),
        Judgement(
            "common name beside others", names: "DNS:other.test", commonName: "localhost",
            .wrongName(names: ["other.test"])),
        Judgement("wrong common name", names: "", .wrongName(names: ["test"])),
        Judgement(
            "wrong name", names: "DNS:a.test,IP:10.0.0.1,IP:::1",
            .wrongName(names: ["a.test", "10.0.0.1", "0:0:0:0:0:0:0:1"])),
        Judgement(
            "wrong address", name: "127.0.0.2", .wrongName(names: ["localhost", "127.0.0.1"])),
        Judgement(
            "address as a DNS name", names: "DNS:127.0.0.1", name: "127.0.0.1",
            .wrongName(names: ["127.0.0.1"])),
        Judgement("wrong name, chain only", names: "DNS:other.test", by: .chain, nil),
        Judgement("expired", validSeconds: -3600..<(-60), .expired),
        Judgement("expired, chain only", validSeconds: -3600..<(-60), by: .chain, .expired),
        Judgement("expired, unverified", validSeconds: -3600..<(-60), by: .none, nil),
        Judgement("not yet valid", validSeconds: 1800..<3600, .notYetValid),
        Judgement("self-signed", .selfSigned, by: .chain, .selfSigned),
        Judgement("self-signed, unverified", .selfSigned, by: .none, nil),
        Judgement(
            "another authority", .issuedBy(authority: "Other"), by: .chain, .unknownIssuer),
        Judgement(
            "another authority of the same name", .issuedBy(authority: "Test Authority"),
            by: .chain, .unknownIssuer),
        Judgement(
            "another authority, unverified", .issuedBy(authority: "Other"), by: .none, nil),
    ]
}
