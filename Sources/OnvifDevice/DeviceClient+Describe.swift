package import MKDSCore

extension DeviceClient {
    /// Everything a camera says of itself. What cannot be asked is named in ``DeviceDescription/troubles`` and left out.
    ///
    /// - Throws: ``DeviceError`` when the camera does not answer at all, refuses the credentials or is not the one
    ///   trusted: then nothing else would come either.
    package func describe() throws(DeviceError) -> DeviceDescription {
        var description = DeviceDescription()
        do throws(DeviceError) {
            description.clock = try clock()
            if description.clock == nil { description.troubles.append("the camera tells no UTC time") }
        } catch {
            try note(error, &description)
        }
        try ask(&description) { (self, description) throws(DeviceError) in
            let offered = try self.offeredServices()
            description.services = offered.keys.map(\.rawValue).sorted()
            description.hasPullPoint = offered[.events] != nil
        }
        try ask(&description) { (self, description) throws(DeviceError) in try self.describeMaker(&description) }
        try ask(&description) { (self, description) throws(DeviceError) in
            description.profiles = try self.profiles()
            let pair = StreamPair.choose(description.profiles)
            description.mainProfile = pair?.main.token
            description.subProfile = pair?.sub?.token
        }
        if let profile = description.profiles.first(where: { $0.hasPTZ }) {
            try ask(&description) { (self, description) throws(DeviceError) in
                description.presets = try self.presets(of: profile.token).presets
            }
        }
        return description
    }

    /// Asks for one part; a part that is refused or not offered does not spoil the others.
    private func ask(
        _ description: inout DeviceDescription,
        _ part: (DeviceClient, inout DeviceDescription) throws(DeviceError) -> Void
    ) throws(DeviceError) {
        do throws(DeviceError) {
            try part(self, &description)
        } catch {
            try note(error, &description)
        }
    }

    private func note(_ error: DeviceError, _ description: inout DeviceDescription) throws(DeviceError) {
        switch error.topic {
        case .unsupported where !error.isStop, .malformed where !error.isStop: description.troubles.append(error.detail)
        default: throw error
        }
    }
}
