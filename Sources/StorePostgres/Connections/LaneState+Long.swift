import Quotas

// How callers share a slow lane. The last one of its connections is kept for what is short: a unit
// that takes long there is ended, and begun again on one of the others. All units of one caller,
// or of one site, short ones too, run on one connection less than there are.

extension LaneState {
    /// Whether a connection is kept for what is short.
    var keepsOne: Bool { lane.isSlow && connectionsMax > 1 }

    /// Whether units may have all the connections by now that they may have for long.
    var isFullOfLong: Bool {
        keepsOne && connections.count(where: \.mayTakeLong) >= connectionsMax - 1
    }

    /// Whether those wait for the connection that is kept for them whom it is to be opened for.
    var lacksKept: Bool { isFullOfLong && count < connectionsMax && isWanting }

    /// Whether one that waits may be begun on a connection that is free.
    func mayBegin(_ entry: Waiting.Entry) -> Bool {
        guard case .unit(let run) = entry else { return true }
        if run.isLong, isFullOfLong || longRest.holds { return false }
        guard keepsOne else { return true }
        let holder = run.caller.forSite
        return connections.count { $0.running.first?.caller.forSite == holder } < connectionsMax - 1
    }
}

extension PostgresConnection {
    /// Whether it is taken for as long as a unit likes.
    fileprivate var mayTakeLong: Bool { isAbandoned || running.first?.isTried == false }
}
