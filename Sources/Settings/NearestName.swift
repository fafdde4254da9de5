/// The name a person most likely meant, or nil when none is near enough.
///
/// Near means: at most two single-character edits (insert, delete, replace, swap of neighbours), and fewer than half
/// the length of what was written.
func nearestName(to written: String, among names: some Sequence<String>) -> String? {
    let limit = min(2, written.count / 2)
    var best: (name: String, distance: Int)?
    for name in names.sorted() where abs(name.count - written.count) <= limit {
        let distance = editDistance(Array(written.lowercased().utf8), Array(name.utf8))
        if distance <= limit, distance < best?.distance ?? .max { best = (name, distance) }
    }
    return best?.name
}

/// Optimal string alignment distance.
private func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for row in 0..<left.count {
        var current = [row + 1]
        for column in 0..<right.count {
            var cost = min(last[column + 1], current[column]) + 1
            cost = min(cost, last[column] + (left[row] == right[column] ? 0 : 1))
            if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                cost = min(cost, beforeLast[column - 1] + 1)
            }
            current.append(cost)
        }
        beforeLast = last
        last = current
    }
    return last[right.count]
}
