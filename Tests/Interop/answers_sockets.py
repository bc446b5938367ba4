"""What WebSocket clients are told: the lines that the frames of each call are answered with, in
order, by the number of the socket in the recording.

A line that ends in … stands for all that begin like it.
"""

UNMATCHED = "unmatched topic"
SUBSCRIBED = "system ok: Subscribed to PostgreSQL"
NOT_RELAYED = "BroadcastUnavailable: This server does not relay broadcasts yet"


def refused(ref, reason="…"):
    return f"phx_reply error to ref {ref}: {reason}"


SOCKETS = {
    1: {
        "realtime postgres_changes subscribe": ["phx_reply ok to ref 6", SUBSCRIBED],
        "INSERT/UPDATE/DELETE arrive": [
            "INSERT messages to 2", "UPDATE messages to 1", "DELETE messages to 1"],
    },
    2: {
        "presence": [refused(6), refused(7, UNMATCHED)],
        "broadcast self+ack": [refused(10), refused(11, UNMATCHED)],
        "broadcast without ack (what send() says)": [
            "phx_reply ok to ref 14", refused(15, NOT_RELAYED), f"system error: {NOT_RELAYED}",
            "phx_close to ref 14"],
        "private channel": [refused(20)],
        "realtime + presence listeners on one channel with postgres_changes": [refused(23)],
        "auth.signOut": [refused(ref, UNMATCHED) for ref in (24, 25, 26, 27)],
    },
    3: {
        "extra: realtime subscribe without session": ["phx_reply ok to ref 6", SUBSCRIBED],
        "extra: realtime.setAuth": [SUBSCRIBED],
        "extra: realtime.removeAllChannels": [],
    },
    4: {
        "extra: realtime subscribe, broadcast self + ack and presence enabled": [refused(6)],
        "extra: realtime private channel with replay": [refused(9)],
        "extra: realtime postgres_changes filters": ["phx_reply ok to ref 12", SUBSCRIBED],
        "extra: realtime track": [refused(13, UNMATCHED)],
        "extra: realtime untrack": [refused(14, UNMATCHED)],
        "extra: realtime send broadcast, JSON payload": [refused(15, UNMATCHED)],
        "extra: realtime send broadcast, binary payload": [refused(16, UNMATCHED)],
        "extra: auth.refreshSession while subscribed": [
            refused(21, UNMATCHED), SUBSCRIBED, refused(23)],
        "extra: realtime unsubscribe": ["phx_reply ok to ref 24"],
        "extra: auth.signOut while subscribed": [SUBSCRIBED],
        "extra: realtime.removeAllChannels": [
            "phx_reply ok to ref 26", "phx_reply ok to ref 27", "phx_close to ref 12",
            "phx_reply ok to ref 28", "phx_reply ok to ref 29"],
    },
}
