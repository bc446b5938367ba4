import CFuzzer
import Foundation

// Fuzzing with libFuzzer and the address sanitizer: `Tests/Fuzz/run` builds this, gives each target
// its seeds and some time, and tells what was found. Built only with APUS_FUZZ set.
//
// A target takes any bytes. It stops the process when a promise is broken; libFuzzer then keeps
// the input, as it does with one that traps, reads out of bounds, or takes too much time or memory.

@main
enum Fuzz {
    /// What is fuzzed. Each has seeds in the folder of its name.
    static let targets: [String: @Sendable ([UInt8]) -> Void] = [
        "http-head": fuzzHead,
        "http-chunks": fuzzChunks,
        "websocket-frames": fuzzFrames,
        "query-strings": fuzzQuery,
        "rules": fuzzRule,
        "json": fuzzJSON,
        "model-files": fuzzModelFile,
        "tokens": fuzzToken,
        "phoenix-messages": fuzzMessages,
        "postgres-messages": fuzzServer,
        "postgres-values": fuzzValue,
    ]

    /// The target that the environment names.
    static let chosen: @Sendable ([UInt8]) -> Void = {
        let name = ProcessInfo.processInfo.environment["APUS_FUZZ_TARGET"] ?? ""
        guard let target = targets[name] else {
            fatalError("APUS_FUZZ_TARGET names none of \(targets.keys.sorted())")
        }
        return target
    }()

    static func main() {
        var count = CommandLine.argc
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? =
            unsafe CommandLine.unsafeArgv
        exit(unsafe LLVMFuzzerRunDriver(&count, &arguments, fuzzOne))
    }
}

/// Called for each input. libFuzzer's own `main`, which ours stands in for, asks for this name too.
@c(LLVMFuzzerTestOneInput)
func fuzzOne(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    unsafe Fuzz.chosen(Array(UnsafeBufferPointer(start: bytes, count: count)))
    return 0
}

/// Stops the process, and says why, when a promise is broken.
func require(_ holds: Bool, _ why: @autoclosure () -> String) {
    if !holds { fatalError(why()) }
}
