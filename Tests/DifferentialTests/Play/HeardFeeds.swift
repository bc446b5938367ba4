import Bytes
import TestSupport

/// The feeds that callers have joined on one server, and what they hear, byte for byte.
final class HeardFeeds {
    private static let countMax = 3
    private var sockets: [LoopbackSocket] = []
    /// Hears of beacons only, from the beginning to the end. PostgreSQL's changes come when they
    /// have been read back: what this one has heard of is told to nobody who joins from then on.
    private var pilot: LoopbackSocket?
    /// How many messages there were.
    private(set) var count = 0

    /// Joins the one that hears of beacons only.
    func follow(port: Int, key: String) {
        let bindings = #"[{"event":"INSERT","schema":"public","table":"\#(GeneratedModel.beacons)"}]"#
        pilot = open(port: port, key: key, token: key, bindings: bindings).socket
    }

    /// Joins one more, and leaves the oldest when there are too many.
    ///
    /// - Parameter bindings: a JSON array.
    /// - Returns: What was said until it was live, or refused.
    func join(port: Int, key: String, token: String, bindings: String) -> String {
        let (words, socket) = open(port: port, key: key, token: token, bindings: bindings)
        if let socket { sockets.append(socket) }
        if sockets.count > Self.countMax { sockets.removeFirst() }
        return words
    }

    /// What was said, and the socket if it is live.
    private func open(
        port: Int, key: String, token: String, bindings: String
    ) -> (words: String, socket: LoopbackSocket?) {
        guard let socket = try? LoopbackSocket(port: port) else { return ("no connection", nil) }
        socket.send(webSocketRequest("/realtime/v1/websocket?apikey=\(key)&vsn=1.0.0"))
        guard let answer = socket.readAnswer(), answer.status == 101 else {
            return ("no socket", nil)
        }
        let payload = """
            {"topic":"realtime:room","event":"phx_join","ref":"1","join_ref":"1","payload":\
            {"config":{"postgres_changes":\(bindings)},"access_token":"\(token)"}}
            """
        socket.send(clientFrame(0x81, payload))
        let (words, isLive) = read(socket) { $0.contains("\"event\":\"system\"") }
        return (exact(answer) + words, isLive ? socket : nil)
    }

    /// What all feeds hear up to the beacon.
    func hear(through beacon: Int) -> String {
        func isBeacon(_ message: String) -> Bool {
            message.contains("\"table\":\"\(GeneratedModel.beacons)\"")
                && message.contains("\"record\":{\"n\":\(beacon)}")
        }
        if let pilot, read(pilot, through: isBeacon).isLive { _ = beat(pilot) }
        var heard = ""
        for (index, socket) in sockets.enumerated().reversed() {
            let (words, isLive) = read(socket, through: isBeacon)
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
