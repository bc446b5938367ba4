import Synchronization

/// What is wrong with the files that a server develops on, nil while all that they say is served:
/// kept by the thread that takes saves, shown by the page that says what runs here.
final class StandingFault: Sendable {
    private let fault: Mutex<FaultReport?>

    init(_ fault: FaultReport?) { self.fault = Mutex(fault) }

    var report: FaultReport? {
        get { fault.withLock { $0 } }
        set { fault.withLock { $0 = newValue } }
    }
}
