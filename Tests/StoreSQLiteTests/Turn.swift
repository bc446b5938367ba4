/// A loop's turn, ended by hand.
final class Turn {
    var hooks: [() -> Void] = []

    func end() {
        let due = hooks
        hooks = []
        for hook in due { hook() }
    }
}
