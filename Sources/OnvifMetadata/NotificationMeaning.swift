package import MKDSCore

/// What kind of tampering or blindness a camera reports.
package enum TamperKind: String, CaseIterable, Sendable {
    case globalSceneChange = "scene-change"
    case imageTooDark = "too-dark"
    case imageTooBright = "too-bright"
    case imageTooBlurry = "too-blurry"
    case signalLoss = "signal-loss"
    /// A detector that does not say which.
    case unspecified = "tamper"
}

/// What kind of rule of the camera's own analytics fired.
package enum RuleKind: String, CaseIterable, Sendable {
    case line, field, loitering, intrusion, counter, speed
    /// A rule whose name tells no more.
    case other
}

/// What a notification is about, by its topic.
package enum NotificationMeaning: Hashable, Sendable {
    /// Something moves.
    case motion
    /// Something was recognised for what it is; the class as far as the topic or the data tells it.
    case object(name: String)
    case rule(RuleKind)
    case tamper(TamperKind)
    /// The camera set its clock (`Monitoring/OperatingTime/LastClockSynchronization`); nil when its time is no time.
    case clockSynchronised(UTCTime?)
    /// A topic nobody here knows; kept and counted.
    case unknown
}

extension Notification {
    /// What this is about (ONVIF Core, Imaging, Analytics and Device I/O specifications; vendors' topics as seen).
    package var meaning: NotificationMeaning {
        let segments = topic.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: true)
        guard let first = segments.first, segments.count >= 2 else { return .unknown }
        switch first.text {
        case "VideoSource": return Self.videoSource(segments[1].text)
        case "RuleEngine": return ruleEngine(segments[1].text, segments.count > 2 ? segments[2].text : "")
        case "Monitoring" where topic == "Monitoring/OperatingTime/LastClockSynchronization":
            return .clockSynchronised(synchronisation)
        case "CameraApplicationPlatform": return Self.axisApplication(segments[1].text)
        default: return .unknown
        }
    }

    /// Whether the property holds, by the data's first yes or no; nil when the data tells none.
    package var state: Bool? {
        // ObjectDetection tells the classes it sees, none when it sees nothing any more.
        if let classes = data.first(where: { $0.name == "ClassTypes" }) { return !classes.value.isEmpty }
        for item in data {
            var value = item.value
            if let state = value.withUTF8({ $0.boolean }) { return state }
        }
        return nil
    }

    /// Whether the camera's clock was plainly not set when it sent this.
    package var hasUnsetClock: Bool { time.map { $0 < UTCTime(seconds: 946_684_800) } ?? false }

    private var synchronisation: UTCTime? {
        for item in data {
            var value = item.value
            if let time = value.withUTF8({ $0.dateTime }) { return time }
        }
        return nil
    }

    /// ONVIF Imaging Service Specification § 6; the service that saw it may follow as a further segment.
    private static func videoSource(_ name: String) -> NotificationMeaning {
        switch name {
        case "MotionAlarm": .motion
        case "GlobalSceneChange": .tamper(.globalSceneChange)
        case "ImageTooDark": .tamper(.imageTooDark)
        case "ImageTooBright": .tamper(.imageTooBright)
        case "ImageTooBlurry": .tamper(.imageTooBlurry)
        case "SignalLoss": .tamper(.signalLoss)
        default: .unknown
        }
    }

    /// ONVIF Analytics Service Specification, annex A, and rules of vendors.
    private func ruleEngine(_ detector: String, _ event: String) -> NotificationMeaning {
        switch (detector, event) {
        case ("CellMotionDetector", "Motion"), ("MotionRegionDetector", "Motion"), ("MotionDetector", _): .motion
        case ("VMD3", _), ("VMD4", _): .motion
        case (_, "Tamper"), ("TamperDetector", _): .tamper(.unspecified)
        case ("LineDetector", _), ("LineCrossDetector", _), (_, "LineCross"): .rule(.line)
        case ("FieldDetector", _), ("RegionDetector", _): .rule(.field)
        case ("LoiteringDetector", _), (_, "Loitering"): .rule(.loitering)
        case (_, "Intrusion"), ("IntrusionDetector", _): .rule(.intrusion)
        case ("CountAggregation", _): .rule(.counter)
        case ("SpeedDetector", _): .rule(.speed)
        case ("ObjectDetection", _), ("ObjectDetector", _): .object(name: detectedClasses)
        case (_, "TpSmartEvent"), (_, "TPSmartEvent"): .object(name: truthName ?? "")
        case ("PeopleDetector", "People") where truthName == "People": .object(name: "Person")
        case ("MyRuleDetector", "PeopleDetect"): .object(name: "Person")
        case ("MyRuleDetector", "VehicleDetect"): .object(name: "Vehicle")
        case ("MyRuleDetector", "DogCatDetect"): .object(name: "Pet")
        case ("MyRuleDetector", "FaceDetect"): .object(name: "Face")
        case ("MyRuleDetector", "Package"): .object(name: "Package")
        case ("MyRuleDetector", _), ("LoiteringGuard", _): .rule(.other)
        default: .unknown
        }
    }

    /// The Axis applications that send stateful topics of their own: `CameraApplicationPlatform/VMD/Camera1Profile1`.
    private static func axisApplication(_ name: String) -> NotificationMeaning {
        switch name {
        case "VMD", "MotionGuard": .motion
        case "FenceGuard": .rule(.line)
        case "LoiteringGuard": .rule(.loitering)
        case "ObjectAnalytics": .rule(.other)
        default: .unknown
        }
    }

    private var detectedClasses: String { data.first { $0.name == "ClassTypes" }?.value ?? "" }

    /// `Vehicle` of an item `IsVehicle`.
    private var truthName: String? {
        data.first { $0.name.hasPrefix("Is") }.map { String($0.name.dropFirst(2)) }
    }
}

extension Substring.UTF8View {
    fileprivate var text: String { String(Substring(self)) }
}
