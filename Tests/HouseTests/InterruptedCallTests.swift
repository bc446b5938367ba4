import Testing

/// A call that a signal interrupts is repeated in one place.
@Suite struct InterruptedCallTests {
    /// Who knows of `EINTR`, and why.
    static let places: [String: String] = [
        "Sources/Diagnostics/SystemCall.swift": "repeats the call",
        "Sources/Network/Poller.swift": "takes it as a turn without events: timers are kept",
    ]

    @Test(arguments: SourceTree.sources)
    func `nobody else repeats interrupted calls`(file: SourceTree.File) {
        let knows = file.code.contains { $0.contains("EINTR") }
        #expect(knows == (Self.places[file.path] != nil), "\(file.path)")
    }
}
