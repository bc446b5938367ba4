import Store

extension IndexStructure {
    /// Whether it is what `wanted` declares, under a name that is longer than any is now: earlier
    /// versions gave generated names whole, which the embedded engine took.
    func isFormer(of wanted: IndexStructure) -> Bool {
        guard name.utf8.count > ConstraintName.bytesMax else { return false }
        var renamed = self
        renamed.name = wanted.name
        renamed.spelled = wanted.spelled
        return renamed == wanted
    }
}
