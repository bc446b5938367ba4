import Server

/// An option of one command that takes a value and is no setting.
struct ValueOption: Sendable {
    /// The option as it is written: `--skip`.
    let name: String
    /// What stands for the value in the help.
    let metavar: String
    /// What it does, in a line.
    let summary: String

    init(_ name: String, _ metavar: String, _ summary: String) {
        self.name = name
        self.metavar = metavar
        self.summary = summary
    }
}

extension ValueOption {
    static let template = ValueOption(
        "--template", ProjectTemplate.all.map(\.name).joined(separator: "|"),
        "what the project begins as (default: \(ProjectTemplate.all[0].name))")
    static let conflict = ValueOption(
        "--on-conflict", "ignore|merge",
        "what to do with rows whose primary key is there (default: stop)")
    static let form = ValueOption(
        "--format", RowFileForm.allCases.map(\.rawValue).joined(separator: "|"),
        "what the rows are written in (default: what FILE ends in, else ndjson)")
    static let allFolder = ValueOption(
        "--all", "DIR", "all models, each by a file of the folder DIR")
    static let toFolder = ValueOption(
        "--to", "DIR", "the project that is made (default: this folder)")
    static let scriptFolder = ValueOption(
        "--to", "DIR", "postgres only: an empty folder, or one that is made, for the scripts")
    static let schema = ValueOption(
        "--schema", "NAME", "the schema whose tables become models (default: public)")
    static let skip = ValueOption(
        "--skip", "N", "pass over the first N rows, which are in already (default: 0)")
    static let rejects = ValueOption(
        "--rejects", "FILE",
        "write refused rows there, and why to FILE.errors, and go on (default: stop)")
    static let url = ValueOption(
        "--url", "URL", "the server that uses the database (default: where settings say)")
    static let called = ValueOption(
        "--url", "URL", "the server that snippets call (default: where settings say)")
    static let limit = ValueOption("--limit", "N", "the most rows (default: 100)")
    static let olderThan = ValueOption(
        "--older-than", "SPAN", "rows that were deleted longer ago, such as 30d")
    static let within = ValueOption(
        "--within", "SPAN", "rows that were deleted no longer ago, such as 1h")
    static let at = ValueOption(
        "--at", "TIME", "as it was when a second began, such as 2026-11-29T08:15:00Z")
    static let output = ValueOption(
        "--out", "FILE", "write to a file (default: print it)")
    static let authorities = ValueOption(
        "--ca", "FILE", "PEM authorities that its certificate is judged by (default: the system's)")
}
