import Diagnostics

extension Setting {
    /// The variables of an environment that are no setting's and nearly one's, each with that one,
    /// in order of their names. Others that begin alike may be for somebody else.
    public static func misspelt(
        in environment: some Sequence<String>
    ) -> [(variable: String, meant: String)] {
        let ours = environment.filter { $0.hasPrefix(prefix) }
        if ours.isEmpty { return [] }
        let known = Dictionary(
            all.map { ($0.variable.dropFirst(prefix.count), $0.variable) }
        ) { first, _ in first }
        return ours.sorted().compactMap { variable in
            let name = variable.dropFirst(prefix.count)
            guard known[name] == nil,
                let near = nearest(String(name), in: known.keys.map(String.init))
            else { return nil }
            return (variable, prefix + near)
        }
    }

    /// What the names of all variables begin with.
    static let prefix = "APUS_"
}
