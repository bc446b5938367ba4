import Bytes
import TestSupport

/// The feeds that callers have joined on one server, and what they hear, byte for byte.
final class HeardFeeds {
    private static let countMax = 3
    private var sockets: [LoopbackSocket] = []
    /// How many messages there were.
    private(set) var count = 0

    /// Joins one more, and leaves the oldest when there are too many.
    ///
    /// - Parameter bindings: a JSON array.
    /// - Returns: What was said until it was live, or refused.
    func join(port: Int, key: String, token: String, bindings: String) -> String {
        guard let socket = try? LoopbackSocket(port: port) else { return "no connection" }
        socket.send(webSocketRequest("/realtime/v1/websocket?apikey=\(key)&vsn=1.0.0"))
        guard let answer = socket.readAnswer(), answer.status == 101 else { return "no socket" }
        let payload = """
            {"topic":"realtime:room","event":"phx_join","ref":"1","join_ref":"1","payload":\
            {"config":{"postgres_changes":\(bindings)},"access_token":"\(token)"}}
            """
        socket.send(clientFrame(0x81, payload))
        let (words, isLive) = read(socket) { $0.contains("\"event\":\"system\"") }
        if isLive { sockets.append(socket) }
        if sockets.count > Self.countMax { sockets.removeFirst() }
        return exact(answer) + words
    }

    /// What all feeds hear up to the beacon.
    func hear(through beacon: Int) -> String {
        var heard = ""
        for (index, socket) in sockets.enumerated().reversed() {
            let (words, isLive) = read(socket) {
                $0.contains("\"table\":\"\(GeneratedModel.beacons)\"")
                    && $0.contains("\"record\":{\"n\":\(beacon)}")
            }
            heard += "--- feed \(index)\n\(words)"
            if isLive { heard += beat(socket) } else { sockets.remove(at: index) }
        }
        return heard
    }

    /// Keeps a socket from being closed as idle.
    private func beat(_ socket: LoopbackSocket) -> String {
        let message = #"{"topic":"phoenix","event":"heartbeat","payload":{},"ref":"beat"}"#
        socket.send(clientFrame(0x81, message))
        return read(socket) { $0.contains("\"ref\":\"beat\"") }.words
    }

    /// Messages up to the one that is waited for; false if the stream ends before, or the join is
    /// refused.
    private func read(
        _ socket: LoopbackSocket, through isLast: (String) -> Bool
    ) -> (words: String, isLive: Bool) {
        var words = HeardWords()
        while let frame = socket.readFrame() {
            count += 1
            let text = String(utf8: frame.payload)
            words.append(text, first: frame.first)
            if isLast(text) { return (words.text, true) }
            if text.contains("\"status\":\"error\""), text.contains("phx_reply") { break }
        }
        return (words.text + "no more\n", false)
    }
}
