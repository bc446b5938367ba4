import Quotas

/// At whose expense un-indexed listeners are judged: one caller, all of whose sockets of a hub
/// share what a change grants him, or a site, which is granted what some callers are.
final class Payer {
    private let site: Payer?
    /// Steps that he may spend in this pass; less than none while he has spent too many.
    private var left = 0
    private var pass: UInt64 = 0

    /// - Parameter site: That of the caller, if it is known.
    init(at site: Payer? = nil) { self.site = site }

    /// Whether it is his turn in a pass, which has a number of its own: he is granted some steps in
    /// each, and none that he saved up, and his site what it may have. What he owes is forgotten
    /// with the change, whose first pass is given: one that he may not see must not show in how he
    /// hears of the next.
    func mayGo(in pass: UInt64, since firstPass: UInt64, granted quantum: Int) -> Bool {
        if self.pass != pass {
            left = (self.pass < firstPass ? 0 : min(left, 0)) + quantum
            self.pass = pass
        }
        guard let site else { return left > 0 }
        let ofSite = ShareBounds(each: quantum).site
        return site.mayGo(in: pass, since: firstPass, granted: ofSite) && left > 0
    }

    /// Takes what a judgement has cost.
    func pay(_ steps: Int) {
        left -= steps
        site?.pay(steps)
    }
}
