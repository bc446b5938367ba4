import CLinux
import Diagnostics
import Glibc

/// What a descriptor is ready for, or what its owner wants to hear of: `epoll_event.events`.
public struct Readiness: OptionSet, Sendable {
    /// The bits of `epoll_ctl(2)`.
    public let rawValue: UInt32

    /// Any combination of epoll's bits.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Bytes, an end of stream or a connection wait to be taken.
    public static let readable = Readiness(rawValue: 0x001)
    /// The kernel takes output again.
    public static let writable = Readiness(rawValue: 0x004)
    /// An error is pending on the descriptor. Always reported.
    public static let error = Readiness(rawValue: 0x008)
    /// Both directions have ended. Always reported.
    public static let hangup = Readiness(rawValue: 0x010)
    /// Reported once per change instead of for as long as it lasts.
    public static let edgeTriggered = Readiness(rawValue: 1 << 31)
}

/// Hears of readiness on the loop's thread.
public protocol ReadinessHandler: AnyObject {
    /// Called during the reading part of a turn. Output is appended here, sent at the turn's end.
    func becameReady(_ readiness: Readiness)
}

/// One registration of a descriptor with a loop. The number tells it from earlier ones.
public struct Registration: Hashable, Sendable {
    let descriptor: Int32
    let number: UInt32
}

/// epoll, and who is to be told about which descriptor.
///
///     epoll_event.data.u64   | registration number : 32 | descriptor : 32 |
///
/// A descriptor closed during a turn may be opened again in the same turn, for somebody else,
/// while events of the old one still wait in the array. Their number no longer fits: dropped.
@safe
final class Poller {
    private struct Slot {
        var number: UInt32 = 0
        var handler: (any ReadinessHandler)?
    }

    private let descriptor: Int32
    private let events: UnsafeMutableBufferPointer<epoll_event>
    private var slots: [Slot] = []
    private(set) var registeredCount = 0

    init() throws(NetworkError) {
        descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
        if descriptor < 0 { throw .last("epoll_create1") }
        unsafe events = .allocate(capacity: NetworkLimits.eventsPerTurn)
        unsafe events.initialize(repeating: epoll_event())
    }

    deinit {
        unsafe events.deallocate()
        closeDescriptor(descriptor)
    }

    /// Reports readiness of an open descriptor that is not registered yet. The handler is held.
    func add(
        _ target: Int32, for interest: Readiness, handler: any ReadinessHandler
    ) throws(NetworkError) -> Registration {
        let index = Int(target)
        while slots.count <= index { slots.append(Slot()) }
        precondition(slots[index].handler == nil, "descriptor registered twice")
        slots[index].number &+= 1
        let registration = Registration(descriptor: target, number: slots[index].number)
        if !control(EPOLL_CTL_ADD, registration, interest) { throw .last("epoll_ctl") }
        slots[index].handler = handler
        registeredCount += 1
        return registration
    }

    func change(_ registration: Registration, to interest: Readiness) {
        precondition(isCurrent(registration), "changed after it was removed")
        let done = control(EPOLL_CTL_MOD, registration, interest)
        precondition(done, "epoll_ctl: \(systemMessage(errno))")
    }

    /// Must come before the descriptor is closed.
    func remove(_ registration: Registration) {
        precondition(isCurrent(registration), "removed twice")
        slots[Int(registration.descriptor)].handler = nil
        registeredCount -= 1
        let done = control(EPOLL_CTL_DEL, registration, [])
        precondition(done, "epoll_ctl: \(systemMessage(errno))")
    }

    /// Waits and returns how many events lie in the array; -1 milliseconds waits without end.
    func wait(milliseconds: Int32) -> Int {
        let count = unsafe epoll_wait(
            descriptor, events.baseAddress, Int32(NetworkLimits.eventsPerTurn), milliseconds)
        if count < 0 {
            precondition(errno == EINTR, "epoll_wait: \(systemMessage(errno))")
            return 0
        }
        return Int(count)
    }

    /// Tells the handlers of the first `count` events.
    func deliver(_ count: Int) {
        for index in 0..<count {
            let event = unsafe events[index]
            let data = unsafe event.data.u64
            let slot = Int(truncatingIfNeeded: data & 0xFFFF_FFFF)
            guard slots[slot].number == UInt32(truncatingIfNeeded: data >> 32),
                let handler = slots[slot].handler
            else { continue }
            handler.becameReady(Readiness(rawValue: unsafe event.events))
        }
    }

    /// Every handler still registered: what a loop that ends must let go.
    func removeAll() -> [any ReadinessHandler] {
        let handlers = slots.compactMap(\.handler)
        for index in slots.indices { slots[index].handler = nil }
        registeredCount = 0
        return handlers
    }

    private func isCurrent(_ registration: Registration) -> Bool {
        let index = Int(registration.descriptor)
        return slots[index].number == registration.number && slots[index].handler != nil
    }

    private func control(_ operation: Int32, _ registration: Registration, _ interest: Readiness)
        -> Bool
    {
        var event = unsafe epoll_event()
        unsafe event.events = interest.rawValue
        unsafe event.data.u64 =
            UInt64(registration.number) << 32 | UInt64(UInt32(bitPattern: registration.descriptor))
        return unsafe epoll_ctl(descriptor, operation, registration.descriptor, &event) == 0
    }
}
