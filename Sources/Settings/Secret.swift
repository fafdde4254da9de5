/// A password or the like: usable, never shown.
package struct Secret: Hashable, Sendable {
    /// The secret itself; for the one place that uses it.
    package let revealed: String

    package init(_ text: String) {
        revealed = text
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "(secret)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// What a camera asks for.
package struct Login: Hashable, Sendable {
    package var user: String
    package var password: Secret
}
