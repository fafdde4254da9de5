import FoundationEssentials
import Testing

@testable import OnvifMetadata

/// Documents of real cameras, which are not ours to keep here: `MKDS_TEST_ONVIF_SAMPLES` names their directory.
struct SampleTests {
    @Test(.enabled(if: samples != nil, "MKDS_TEST_ONVIF_SAMPLES names no directory of camera documents"))
    func readsEachOrRefusesItWithAReason() throws {
        let directory = try #require(samples)
        var reader = DocumentReader()
        var meanings: [String: Int] = [:]
        for case let path in try FileManager.default.subpathsOfDirectory(atPath: directory) where path.hasSuffix(".xml")
        {
            let bytes = Array(try Data(contentsOf: URL(filePath: directory + "/" + path)))
            let contents = try reader.read(bytes)
            for notification in contents.notifications {
                print("\(path): \(notification.topic) \(notification.meaning) \(notification.state as Bool?)")
                #expect(!notification.topic.isEmpty, "\(path)")
                meanings["\(notification.meaning)", default: 0] += 1
            }
            if contents.notifications.isEmpty {
                print("\(path): none, \(contents.extensionElementCount) unknown elements")
            }
            if !path.hasSuffix(".soap.xml") {
                var assembler = DocumentAssembler()
                #expect(assembler.append(bytes).count == 1, "\(path)")
            }
        }
        for case let path in try FileManager.default.subpathsOfDirectory(atPath: directory)
        where path.hasSuffix(".rtp.bin") {
            let packet = Array(try Data(contentsOf: URL(filePath: directory + "/" + path)))
            var assembler = DocumentAssembler()
            // The fixed header of RTP (RFC 3550 § 5.1), no sources, no extension.
            let document = try #require(assembler.append(packet.dropFirst(12)).first, "\(path)")
            print("\(path): \(try reader.read(document.xml).notifications.map(\.topic))")
        }
        #expect(!meanings.isEmpty)
        print(meanings.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: "\n"))
    }
}

private let samples = ProcessInfo.processInfo.environment["MKDS_TEST_ONVIF_SAMPLES"]
