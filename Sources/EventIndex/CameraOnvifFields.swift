internal import MKDSCore

extension CameraFields {
    /// The columns `onvif` and `onvif_events`; nil where the camera's services are not to be asked.
    func onvif(_ problems: inout RegisterProblems) -> OnvifAccess? {
        let events = onvifEvents(&problems)
        guard let text = texts["onvif"] else {
            if texts["onvif_events"] != nil {
                fail(
                    "onvif_events", "needs the address of the camera's device service in onvif",
                    "potřebuje adresu služby kamery ve sloupci onvif", &problems)
            }
            return nil
        }
        let isEncrypted = text.hasPrefix("https://")
        guard isEncrypted || text.hasPrefix("http://") else {
            fail(
                "onvif", "must be http:// or https://, mostly http://host/onvif/device_service",
                "musí být http:// nebo https://, většinou http://počítač/onvif/device_service", &problems)
            return nil
        }
        // The rules are those of the stream's address, which knows no https.
        let address = isEncrypted ? "http" + text.dropFirst(5) : text
        if let complaint = CameraAddress.complaint(about: address) {
            fail("onvif", complaint.en, complaint.cs, &problems)
            return nil
        }
        return OnvifAccess(url: text, events: events)
    }

    private func onvifEvents(_ problems: inout RegisterProblems) -> OnvifAccess.Events {
        guard let text = texts["onvif_events"] else { return .auto }
        guard let events = OnvifAccess.Events(rawValue: text.lowercased()) else {
            fail(
                "onvif_events", "\(quotable(text)) is not known; one of auto, always, off",
                "\(quotable(text)) není známo; jedna z hodnot auto, always, off", &problems)
            return .auto
        }
        return events
    }
}
