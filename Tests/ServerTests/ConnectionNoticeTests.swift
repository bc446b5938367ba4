import Addresses
import Bytes
import Diagnostics
import HTTPServer
import Quotas
import TestSupport
import Testing

@testable import Server

/// What the log says of connections that are refused.
@Suite struct ConnectionNoticeTests {
    /// The line of one that is refused.
    private func line(_ shortage: ShareShortage, _ format: LogFormat) -> String {
        var limits = ConnectionLimits(connectionsMax: 100)
        limits.connectionsPerBlockMax = 5
        let written = Record<String>()
        let log = Log(level: .debug, format: format) { written.append(String(utf8: $0)) }
        let notices = ConnectionNotices(log: log, limits: limits)
        notices.note(.tooMany(shortage, from: Peer("2001:db8:1:2::3")))
        return written.all.joined()
    }

    @Test(arguments: [
        (ShareShortage.ofShare, 5, "5 are open, and limits.connections_per_address allows no more"),
        (.ofSite, 20, "20 are open from its /48, and limits.connections_per_address allows no more"),
        (.inAll, 100, "100 are open, and limits.connections allows no more"),
    ])
    func `the bound is named that was reached`(
        shortage: ShareShortage, limit: Int, sentence: String
    ) throws {
        let text = line(shortage, .text)
        #expect(text.contains("a connection from 2001:db8:1:2::3 is refused: \(sentence)\n"), "\(text)")
        #expect(line(shortage, .json).contains("\"limit\":\(limit),"))
    }
}
