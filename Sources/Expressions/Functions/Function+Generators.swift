import Bytes
import Diagnostics
import Store
import Values

// New at every evaluation, so they belong in defaults only, and those are computed in memory.
extension Function {
    static let generators = [randomUUID, timeOrderedUUID]

    private static let randomUUID = generator("gen_random_uuid") { UUIDText.v4() }

    private static let timeOrderedUUID = generator("uuidv7") {
        UUIDText.v7(microseconds: Instant.now.microseconds)
    }

    private static func generator(
        _ name: String, _ make: @escaping @Sendable () -> String
    ) -> Function {
        Function(
            name, spelled: [name], .types([]), gives: .type(.uuid), isDeterministic: false,
            as: .nothing, memory: .none { .text(make()) })
    }
}
