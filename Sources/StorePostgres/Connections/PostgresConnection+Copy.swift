import Network
import PostgresWire

// Rows in the form of COPY.

extension PostgresConnection {
    /// What a COPY FROM STDIN sends.
    struct Load {
        let unit: UnitID
        let source: () -> [UInt8]?
    }

    /// Hands on a piece of what a COPY TO STDOUT sends.
    func deliverCopy(_ step: Step, _ place: Range<Int>) {
        guard let run = run(of: step.unit) else { return }
        isDelivering = true
        run.unit?.onCopyData?(session.bytes(place))
        isDelivering = false
    }

    /// Sends data as long as the server wants some and the network takes it: what is left comes
    /// when that has left.
    func load() {
        while let loads, session.takesCopyData(loads.unit), !socket.isAboveHighWater {
            guard let piece = loads.source() else {
                self.loads = nil
                session.endCopy(loads.unit)
                return flush()
            }
            session.copy(piece.span, to: loads.unit)
            flush()
        }
    }
}
