import MKDSCore

extension OpenAPISchemas {
    /// What a probe is asked and answers.
    static let probes: [String: JSONValue] = [
        "ProbeQuery": object([
            "camera?": text, "url?": text, "credential?": text, "user?": text, "password?": text, "trust?": text,
            "device_service?": text,
            "seconds?": ["type": "number", "minimum": 1, "maximum": .number(ProbeOrder.longest)],
        ]),
        "ProbeMessage": object([
            "stage?": choice(ProbeStage.allCases), "watched_s?": number, "report?": reference("ProbeReport"),
            "problem?": reference("Problem"),
        ]),
        "ProbeReport": object([
            "camera?": text, "url": text, "verdict": choice(ProbeReport.Verdict.allCases),
            "facts": reference("ProbeFacts"), "findings": list(reference("ProbeFinding")),
            "estimate?": reference("ProbeEstimate"), "import_csv?": text,
        ]),
        "ProbeEstimate": object(["cameras": integer, "cores": number, "memory_mib": number]),
        "ProbeFinding": object([
            "word": text, "severity": choice(ProbeFinding.Severity.allCases), "text": text, "text_cs": text,
            "advice": text, "advice_cs": text,
        ]),
        "ProbeFacts": object([
            "time": time, "reach?": reference("ProbeReach"), "certificate?": reference("ProbeCertificate"),
            "authentication": list(choice(ProbeFacts.Authentication.allCases)), "had_login": boolean,
            "tracks": list(object(["kind": choice(ProbeFacts.Track.Kind.allCases), "encoding": text])),
            "video?": reference("ProbeVideo"),
            "clock?": object([
                "source": choice(ClockSource.self), "offset_ms?": number, "uncertainty_ms?": number,
            ]),
            "cost?": object(["cpu_ms_per_s": number, "memory_mib": number, "analysed": integer]),
            "scene?": object(["troubles": list(choice(SightTrouble.allCases)), "motions": integer]),
            "device?": reference("DeviceDescription"),
            "failure?": object(["stage": choice(ProbeStage.allCases), "reason": text, "detail": text]),
        ]),
        "DeviceDescription": object([
            "manufacturer": text, "model": text, "firmware": text, "serial_number": text,
            "clock?": object([
                "told": time, "offset": number, "uncertainty": number, "ntp": boolean, "zone": text,
            ]),
            "services": list(text), "profiles": list(reference("DeviceProfile")), "main_profile?": text,
            "sub_profile?": text, "pull_point": boolean,
            "presets": list(object(["token": text, "name": text])), "troubles": list(text),
        ]),
        "DeviceProfile": object([
            "token": text, "name": text, "source": text, "encoding": text, "width": integer, "height": integer,
            "frame_rate": number, "bit_rate": integer, "metadata": boolean, "ptz": boolean, "url?": text,
            "foreign_host?": text,
        ]),
        "DiscoveryQuery": object([
            "seconds?": ["type": "number", "minimum": 1, "maximum": .number(DiscoveryOrder.longest)],
            "interface?": text,
        ]),
        "DiscoveryMessage": object([
            "listened_s?": number, "report?": reference("DiscoveryReport"), "problem?": reference("Problem"),
        ]),
        "DiscoveryReport": object([
            "items": list(object(["device": reference("DiscoveredDevice"), "cameras": list(text)])), "failure?": text,
        ]),
        "DiscoveredDevice": object([
            "endpoint": text, "addresses": list(text), "answered_from": list(text), "interface": text, "name": text,
            "hardware": text, "location": text, "types": list(text),
        ]),
        "ProbeReach": object([
            "addresses": list(text), "resolve_ms": number, "connect_ms?": number,
            "trouble?": choice(ProbeFacts.Reach.Trouble.allCases),
        ]),
        "ProbeCertificate": object([
            "fingerprint": text, "subject": text, "issuer": text, "not_before?": time, "not_after?": time,
            "self_signed": boolean, "names_host": boolean, "trusted?": boolean,
        ]),
        "ProbeVideo": object([
            "codec": text, "profile": text, "width": integer, "height": integer, "frame_rate": number,
            "announced_rate?": number, "bit_rate": number, "keyframes": integer, "keyframe_median_s?": number,
            "keyframe_shortest_s?": number, "keyframe_longest_s?": number, "packets": integer, "seconds": number,
            "damaged": integer, "missing": integer, "size_changes": integer, "open_ms": number,
            "first_picture_ms?": number,
        ]),
    ]
}
