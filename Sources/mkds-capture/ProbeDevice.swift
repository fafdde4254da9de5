internal import MKDSCore
internal import Media
internal import OnvifDevice

/// Asks a camera that is probed what it says of itself over ONVIF.
enum ProbeDevice {
    /// Where most cameras have their device service.
    private static let path = "/onvif/device_service"
    private static let deadline: Duration = .seconds(4)

    /// Blocks for a few calls at most.
    ///
    /// - Parameters:
    ///   - input: The camera. One that is encrypted is asked over https only, and with its certificate.
    ///   - order: How to log in, whom to expect and where.
    ///   - pin: The certificate its stream has shown.
    ///   - stop: Raised to end early.
    /// - Returns: nil where nothing of the kind answers; a description that only names its troubles where the camera
    ///   refuses to tell.
    static func describe(
        _ input: MediaInput, _ order: ProbeOrder, pin: CertificateFingerprint?, stop: StopFlag
    ) -> DeviceDescription? {
        let usual = "\(input.usesTLS ? "https" : "http")://\(input.hostInURL)\(path)"
        // The password goes to the camera's own host only, and encrypted where the stream is.
        guard let service = ServiceAddress(order.deviceService ?? usual), service.host == input.hostName.lowercased(),
            service.isEncrypted || !input.usesTLS
        else { return refused("the address of the ONVIF service is not on the camera's host, or is not encrypted") }
        do throws(DeviceError) {
            let client = try DeviceClient(
                .init(
                    service: service, user: order.user, password: order.password,
                    trust: order.trust ?? pin.map(CameraTrust.pin), deadline: deadline), stop: stop)
            return try client.describe()
        } catch {
            // Where nobody said that there is a service, its absence is no trouble.
            guard error.topic == .credentialsRefused || order.deviceService != nil else { return nil }
            return refused(error.detail)
        }
    }

    private static func refused(_ trouble: String) -> DeviceDescription {
        var description = DeviceDescription()
        description.troubles = [trouble]
        return description
    }
}
