import Diagnostics
import HTTPServer
import Network
import ServerTestSupport
import Store
import Synchronization
import Testing
import Work

@testable import Server

/// Schema files that are taken by several loops.
@Suite(.timeLimit(.minutes(10))) struct ReloadTests {
    @Test func `files count as taken when the last loop has them`() throws {
        let project = try TestProject()
        let parts = try BackendParts(project.options(), mode: .development)
        defer { parts.services.database.close() }
        let registry = LoopRegistry(metrics: parts.metrics, untoldBytesMax: .max)
        let (services, schemas) = (parts.services, parts.schemas)
        let contexts = Mutex<[LoopContext]>([])
        let server = WebServer(configuration: parts.httpConfiguration) { context throws(Problem) in
            let application = try LoopApplication(
                services: services, schemas: schemas, context: context)
            registry.add(application, on: context)
            contexts.withLock { $0.append(context) }
            return application
        }
        try server.start()
        defer { server.drain(deadline: .zero) }
        #expect(contexts.withLock { $0.count } == 2)

        for busy in contexts.withLock({ $0 }) {
            let returned = Semaphore()
            let wasTaken = Atomic(false)
            let early = Handover<Bool>()
            // The loop is busy until the reload returns, or long enough for it to have returned.
            busy.post {
                returned.wait(until: monotonicNanoseconds() + 300_000_000)
                early.give(wasTaken.load(ordering: .acquiring))
            }
            let thread = PosixThread(name: "reload") {
                registry.reload(schemas)
                wasTaken.store(true, ordering: .releasing)
                returned.signal()
            }
            #expect(!early.take())
            thread?.join()
            let isTaken = wasTaken.load(ordering: .acquiring)
            #expect(isTaken)
        }
    }
}
