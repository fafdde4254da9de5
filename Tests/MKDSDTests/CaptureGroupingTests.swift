import MKDSCore
import Testing

@testable import mkdsd

struct CaptureGroupingTests {
    @Test func fillsGroupsInOrder() {
        var grouping = CaptureGrouping()
        grouping.update(cameras: cameras(1...5), size: 2)
        #expect(members(grouping) == ["g01": ["k1", "k2"], "g02": ["k3", "k4"], "g03": ["k5"]])
    }

    @Test func camerasStayWhereTheyAre() {
        var grouping = CaptureGrouping()
        grouping.update(cameras: cameras(1...5), size: 2)
        let before = grouping.groups
        grouping.update(cameras: cameras(2...6), size: 2)
        for camera in cameras(2...5) { #expect(grouping.groups[camera] == before[camera]) }
        #expect(members(grouping)["g01"] == ["k2", "k6"])
    }

    @Test func aSmallerSizeMovesNobody() {
        var grouping = CaptureGrouping()
        grouping.update(cameras: cameras(1...4), size: 4)
        grouping.update(cameras: cameras(1...5), size: 2)
        #expect(members(grouping) == ["g01": ["k1", "k2", "k3", "k4"], "g02": ["k5"]])
    }

    /// Whatever happens, no group grows beyond its size and nobody moves.
    @Test func holdsUnderRandomChanges() {
        var random = SeededGenerator(seed: 7)
        var grouping = CaptureGrouping()
        for _ in 0..<500 {
            let chosen = cameras(1...60).filter { _ in Bool.random(using: &random) }
            let before = grouping.groups
            grouping.update(cameras: chosen, size: 7)
            #expect(Set(grouping.groups.keys) == Set(chosen))
            #expect(members(grouping).values.allSatisfy { $0.count <= 7 })
            for camera in chosen { #expect(before[camera] == nil || before[camera] == grouping.groups[camera]) }
        }
    }

    @Test func knowsItsOwnNames() {
        #expect(CaptureGrouping.isName("g01"))
        #expect(CaptureGrouping.isName("g117"))
        for name in ["g1", "g00", "g001", "h01", "g", "g-1", "lost+found"] { #expect(!CaptureGrouping.isName(name)) }
    }

    @Test func theListFileKeepsTheGroupingAndNothingForeign() throws {
        var grouping = CaptureGrouping()
        grouping.update(cameras: cameras(1...3), size: 2)
        var file = CameraListFile(cameras: [], grouping: grouping)
        #expect(file.grouping == grouping)
        file.groups["k1"] = "../../etc"
        file.groups["a/b"] = "g01"
        #expect(file.grouping.groups.count == 2)
    }

    private func cameras(_ numbers: ClosedRange<Int>) -> [CameraID] { numbers.compactMap { CameraID("k\($0)") } }

    private func members(_ grouping: CaptureGrouping) -> [String: [String]] {
        Dictionary(grouping: grouping.groups.keys, by: { grouping.groups[$0] ?? "" })
            .mapValues { $0.map(\.rawValue).sorted() }
    }
}
