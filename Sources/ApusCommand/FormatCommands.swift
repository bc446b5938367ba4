import Configuration
import Server

extension Command {
    static let format = Command(
        "fmt", operands: "[FILE…]",
        summary: "give the JSON files of Schemas/ one form",
        discussion: """
            Words in the order in which 'apus' knows them, two blanks for each level, what fits into
            100 columns on one line. Numbers and texts stay as they were written. Without a FILE all
            files of the project are formed, each in one step. One that is not JSON is left as it is
            and told by its place. Exits with 1 where there is one, and with --check where a file
            has another form.
            """,
        switches: [.formCheck], example: "apus fmt --check"
    ) { arguments in
        let isCheck = arguments.has(.formCheck)
        let report = try FormatCommand.run(
            ServerOptions(arguments.given), files: arguments.operands, isCheck: isCheck)
        for fault in report.faults { Terminal.print(fault + "\n") }
        for file in report.changed {
            Terminal.print(isCheck ? "\(file) has another form\n" : "wrote \(file)\n")
        }
        if report.changed.isEmpty, report.faults.isEmpty {
            let files = report.count == 1 ? "1 file has" : "\(report.count) files have"
            Terminal.print("nothing to do: \(files) the one form\n")
        }
        return report.faults.isEmpty && (report.changed.isEmpty || !isCheck) ? 0 : 1
    }
}
