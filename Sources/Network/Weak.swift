/// A reference that keeps nothing, to be carried back to a loop in a ``LoopBound``.
public struct Weak<Object: AnyObject> {
    /// What it refers to; nil once that has gone.
    public private(set) weak var object: Object?

    /// A reference to an object.
    public init(_ object: Object) { self.object = object }
}
