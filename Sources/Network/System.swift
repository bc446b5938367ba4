import CLinux
import Diagnostics
import Glibc

/// Closes a descriptor of ours. `EBADF` would mean that somebody else's was closed: it traps.
/// Linux releases the descriptor even when it reports `EINTR`, so the call is not repeated.
func closeDescriptor(_ descriptor: Int32) {
    let result = close(descriptor)
    precondition(result == 0 || errno != EBADF, "closed a descriptor that is not open")
}

/// Has a connection be reset when its descriptor is closed, and what is queued dropped.
func dropAtClose(_ descriptor: Int32) {
    var linger = Glibc.linger(l_onoff: 1, l_linger: 0)
    let size = socklen_t(MemoryLayout<Glibc.linger>.size)
    unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, size)
}

/// Sets an integer option of a socket.
func setOption(_ descriptor: Int32, level: Int32, name: Int32, value: Int32) throws(NetworkError) {
    var value = value
    let size = socklen_t(MemoryLayout<Int32>.size)
    if unsafe setsockopt(descriptor, level, name, &value, size) != 0 { throw .last("setsockopt") }
}

/// Sets what every TCP connection of ours has: small writes leave at once, the kernel holds little
/// that is unsent, and a peer that acknowledges nothing is given up.
func setStreamOptions(
    of descriptor: Int32,
    unacknowledgedMilliseconds: Int32 = NetworkLimits.unacknowledgedMilliseconds
) throws(NetworkError) {
    let tcp = Int32(IPPROTO_TCP)
    try setOption(descriptor, level: tcp, name: TCP_NODELAY, value: 1)
    try setOption(descriptor, level: tcp, name: TCP_NOTSENT_LOWAT, value: NetworkLimits.unsentBytes)
    try setOption(
        descriptor, level: tcp, name: TCP_USER_TIMEOUT, value: unacknowledgedMilliseconds)
}

/// Milliseconds of the monotonic clock.
func monotonicMilliseconds() -> UInt64 { monotonicNanoseconds() / 1_000_000 }
