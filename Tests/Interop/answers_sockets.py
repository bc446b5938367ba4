"""What WebSocket clients are told: the lines that the frames of each call are answered with, in
order, by the number of the socket in the recording.

A line that ends in … stands for all that begin like it. `known` rows are as in `expectation`.
"""

from expectation import known

UNMATCHED = "unmatched topic"
SUBSCRIBED = "system ok: Subscribed to PostgreSQL"
LATER = "what is not served should be refused when it is asked for"


def refused(ref, reason="…"):
    return f"phx_reply error to ref {ref}: {reason}"


SOCKETS = {
    1: {
        "realtime postgres_changes subscribe": ["phx_reply ok to ref 6", SUBSCRIBED],
        "INSERT/UPDATE/DELETE arrive": [
            "INSERT messages to 2", "UPDATE messages to 1", "DELETE messages to 1"],
    },
    2: {
        "presence": known(
            ["phx_reply ok to ref 6", refused(7, "PresenceUnavailable: …")],
            [refused(6), refused(7, UNMATCHED)], LATER),
        "broadcast self+ack": known(
            ["phx_reply ok to ref 10", refused(11, "BroadcastUnavailable: …")],
            [refused(10), refused(11, UNMATCHED)], LATER),
        "broadcast without ack (what send() says)": [
            "phx_reply ok to ref 14", refused(15, "BroadcastUnavailable: …")],
        "private channel": [refused(20)],
        "realtime + presence listeners on one channel with postgres_changes": known(
            ["phx_reply ok to ref 23", SUBSCRIBED], [refused(23)], LATER),
        "auth.signOut": known(
            [SUBSCRIBED], [refused(24, UNMATCHED), refused(25, UNMATCHED), refused(27, UNMATCHED)],
            LATER),
    },
    3: {
        "extra: realtime subscribe without session": ["phx_reply ok to ref 6", SUBSCRIBED],
        "extra: realtime.setAuth": [SUBSCRIBED],
        "extra: realtime.removeAllChannels": [],
    },
    4: {
        "extra: realtime subscribe, broadcast self + ack and presence enabled": known(
            ["phx_reply ok to ref 6"], [refused(6)], LATER),
        "extra: realtime private channel with replay": [refused(9)],
        "extra: realtime postgres_changes filters": ["phx_reply ok to ref 12", SUBSCRIBED],
        "extra: realtime track": known(
            [refused(13, "PresenceUnavailable: …")], [refused(13, UNMATCHED)], LATER),
        "extra: realtime untrack": known(
            [refused(14, "PresenceUnavailable: …")], [refused(14, UNMATCHED)], LATER),
        "extra: realtime send broadcast, JSON payload": known(
            [refused(15, "BroadcastUnavailable: …")], [refused(15, UNMATCHED)], LATER),
        "extra: realtime send broadcast, binary payload": known(
            [refused(16, "BroadcastUnavailable: …")], [refused(16, UNMATCHED)], LATER),
        "extra: auth.refreshSession while subscribed": known(
            [SUBSCRIBED, refused(23)], [refused(21, UNMATCHED), SUBSCRIBED, refused(23)], LATER),
        "extra: realtime unsubscribe": known(
            ["phx_reply ok to ref 24", "phx_close to ref 6"], ["phx_reply ok to ref 24"], LATER),
        "extra: auth.signOut while subscribed": [SUBSCRIBED],
        "extra: realtime.removeAllChannels": [
            "phx_reply ok to ref 26", "phx_reply ok to ref 27", "phx_close to ref 12",
            "phx_reply ok to ref 28", "phx_reply ok to ref 29"],
    },
}
