import Foundation

/// The seed that `APUS_SEED` asks for. Apart from the other tests because Foundation, too, has a
/// `Predicate` and an `Expression`.
let chosenSeed = ProcessInfo.processInfo.environment["APUS_SEED"].flatMap { UInt64($0) }
