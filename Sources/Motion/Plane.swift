/// Memory for one value a pixel, owned and freed by its one holder.
///
/// Raw pointers, because a loop over the elements of an array inside a class or under exclusivity checks costs several
/// times as much, and debug builds suffer most.
struct Plane<Element: BitwiseCopyable>: ~Copyable {
    let base: UnsafeMutablePointer<Element>
    let count: Int

    init(_ count: Int, filledWith value: Element) {
        self.count = max(count, 1)
        base = .allocate(capacity: self.count)
        base.initialize(repeating: value, count: self.count)
    }

    deinit {
        base.deallocate()
    }
}

/// The larger of two numbers, in the form that processors have an instruction for; Swift's `max` differs in NaN and in the
/// sign of zero, and takes four.
@inline(__always)
func larger(_ first: Float, _ second: Float) -> Float { first > second ? first : second }
