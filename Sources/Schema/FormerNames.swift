/// The names that columns of a model had before, or models of a project: as one after the other is
/// read that says so.
struct FormerNames {
    private let noun: String
    private let report: Report
    /// Who has said to have had a name, by that in lower case.
    private var claims: [String: String] = [:]

    /// - Parameter noun: what it is that has names: `column`.
    init(of noun: String, _ report: Report) {
        self.noun = noun
        self.report = report
    }

    /// Takes down what something was called before. What another says it was called is a fault: it
    /// cannot have become both.
    mutating func take(_ former: [String], of name: String, at location: SourceLocation) {
        for before in former {
            let other = claims.updateValue(name, forKey: before.lowercased())
            guard let other, other != name else { continue }
            claims[before.lowercased()] = other
            report.fault(
                "\"\(other)\" says already that it was called \"\(before)\": only one \(noun) "
                    + "can have come of it", at: location)
        }
    }
}
