extension ReaderState {
    mutating func open(_ element: ElementName, _ attributes: Attributes) {
        switch element {
        case .notificationMessage where !isInNotification: beginNotification()
        case .topic where isInNotification: captureText(.topic)
        case .message, .source, .key, .data, .simpleItem, .elementItem: openNotificationPart(element, attributes)
        case .frame where parent == .videoAnalytics && !isInFrame: openFrame(attributes)
        case .panTilt, .zoom, .ptzStatus: openPTZ(element, attributes)
        case .other: contents.extensionElementCount += 1
        default: if isInFrame { openFramePart(element, attributes) }
        }
    }

    mutating func close(_ element: ElementName) {
        switch element {
        case .topic: closeTopic()
        case .source, .key: notification.section = .data
        case .notificationMessage: closeNotification()
        case .type, .likelihood, .objectClass, .classCandidate: if isInFrame { closeClassPart(element) }
        case .object where parent == .frame: frame.endObject()
        case .frame:
            guard parent == .videoAnalytics, isInFrame else { return }
            contents.frames.append(frame.end())
            isInFrame = false
        default: break
        }
    }

    // MARK: - Notifications

    private mutating func openNotificationPart(_ element: ElementName, _ attributes: Attributes) {
        guard isInNotification else { return }
        switch element {
        case .message:
            for index in 0..<attributes.count {
                switch attributeNames[index] {
                case .utcTime:
                    notification.value.rawTime = attributes.value(index).string
                    notification.value.time = attributes.value(index).dateTime
                case .propertyOperation:
                    notification.value.operation = PropertyOperation(attributes.value(index).trimmed)
                default: break
                }
            }
        case .source where parent == .message: notification.section = .source
        case .key where parent == .message: notification.section = .key
        case .data where parent == .message: notification.section = .data
        case .simpleItem: addSimpleItem()
        case .elementItem: notification.value.elementItemCount += 1
        default: break
        }
    }

    private mutating func addSimpleItem() {
        guard keep() else { return }
        notification.add(name: itemName, value: itemValue)
    }

    private mutating func closeTopic() {
        guard let text = capturedText(.topic), isInNotification else { return }
        guard text.count <= Topic.byteLimit else { return refuse(.valueTooLong) }
        notification.setTopic(text)
    }

    private mutating func closeNotification() {
        guard endsNotification else { return }
        isInNotification = false
        guard keep() else { return }
        if notification.mustBeCut && !keepsBiometrics {
            contents.biometricCuts.append(BiometricCut(element: notification.element, name: "NotificationMessage"))
        } else {
            contents.notifications.append(notification.value)
        }
    }

    // MARK: - Frames

    private mutating func openFrame(_ attributes: Attributes) {
        guard keep() else { return }
        frame = FrameBuilder()
        isInFrame = true
        for index in 0..<attributes.count where attributeNames[index] == .utcTime {
            frame.value.time = attributes.value(index).dateTime
        }
    }

    private mutating func openFramePart(_ element: ElementName, _ attributes: Attributes) {
        switch element {
        case .object where parent == .frame: openObject(attributes)
        case .transformation where parent == .appearance:
            frame.objectTransformation = Transformation()
            frame.hasObjectTransformation = true
        case .translate where parent == .transformation, .scale where parent == .transformation:
            setTransformation(element, attributes)
        case .boundingBox where parent == .shape: setBox(attributes)
        case .centerOfGravity where parent == .shape: setCenter(attributes)
        case .type where parent == .objectClass || parent == .classCandidate: openType(attributes)
        case .likelihood where parent == .classCandidate: captureText(.likelihood)
        case .motionInCells: setCells(attributes)
        default: break
        }
    }

    private mutating func openObject(_ attributes: Attributes) {
        guard keep() else { return }
        var id: Int64?
        for index in 0..<attributes.count where attributeNames[index] == .objectId {
            id = attributes.value(index).integer
        }
        frame.beginObject(id: id)
    }

    private mutating func setTransformation(_ element: ElementName, _ attributes: Attributes) {
        let pair = numbers(attributes, .x, .y)
        var changed = frame.isInObject ? frame.objectTransformation : frame.transformation
        if element == .scale {
            changed.scaleX = pair.0 ?? 1
            changed.scaleY = pair.1 ?? 1
        } else {
            changed.translateX = pair.0 ?? 0
            changed.translateY = pair.1 ?? 0
        }
        if frame.isInObject { frame.objectTransformation = changed } else { frame.transformation = changed }
    }

    private mutating func setBox(_ attributes: Attributes) {
        var edges = InlineArray<4, Float>(repeating: .nan)
        for index in 0..<attributes.count {
            let edge =
                switch attributeNames[index] {
                case .left: 0
                case .top: 1
                case .right: 2
                case .bottom: 3
                default: -1
                }
            if edge >= 0 { edges[edge] = attributes.value(index).float ?? .nan }
        }
        let (left, top, right, bottom) = (edges[0], edges[1], edges[2], edges[3])
        guard (left + top + right + bottom).isFinite else { return }
        frame.object.box = BoundingBox(left: left, top: top, right: right, bottom: bottom, system: .normalised)
    }

    private mutating func setCenter(_ attributes: Attributes) {
        let pair = numbers(attributes, .x, .y)
        guard let x = pair.0, let y = pair.1 else { return }
        frame.object.centerOfGravity = CenterOfGravity(x: x, y: y)
    }

    /// The numbers of two attributes, each nil when missing or no number.
    private mutating func numbers(
        _ attributes: Attributes, _ first: ElementName, _ second: ElementName
    ) -> (Float?, Float?) {
        var result: (Float?, Float?) = (nil, nil)
        for index in 0..<attributes.count {
            let name = attributeNames[index]
            if name == first { result.0 = attributes.value(index).float }
            if name == second { result.1 = attributes.value(index).float }
        }
        return result
    }

    /// `Class/Type` carries its likelihood as an attribute, `ClassCandidate/Type` has a sibling.
    private mutating func openType(_ attributes: Attributes) {
        if parent == .objectClass {
            for index in 0..<attributes.count where attributeNames[index] == .likelihood {
                frame.candidate.likelihood = attributes.value(index).float
            }
        }
        captureText(.objectType)
    }

    private mutating func closeClassPart(_ element: ElementName) {
        switch element {
        case .type:
            if let text = capturedText(.objectType) { frame.candidate.name = className(text) }
            if parent == .objectClass { frame.addCandidate() }
        case .likelihood:
            if let text = capturedText(.likelihood) { frame.candidate.likelihood = text.float }
        default:
            frame.addCandidate()
        }
    }

    /// Cameras name the same class over and over.
    private mutating func className(_ text: Bytes) -> String {
        if !text.equals(classBytes) {
            classBytes = Array(text)
            className = text.string
        }
        return className
    }

    private mutating func setCells(_ attributes: Attributes) {
        guard keep() else { return }
        var columns = 0
        var rows = 0
        var cells = ""
        for index in 0..<attributes.count {
            let value = attributes.value(index)
            switch attributeNames[index] {
            case .columns: columns = Int(value.integer ?? 0)
            case .rows: rows = Int(value.integer ?? 0)
            case .cells: cells = value.trimmed.string
            default: break
            }
        }
        let motion = MotionInCells(columns: columns, rows: rows, cells: cells)
        guard keepCells(motion.map { $0.columns * $0.rows } ?? 0) else { return }
        frame.value.motionInCells = motion
    }

    // MARK: - PTZ

    private mutating func openPTZ(_ element: ElementName, _ attributes: Attributes) {
        if element == .ptzStatus {
            guard keep() else { return }
            contents.ptzPositions.append(PTZPosition())
            return
        }
        guard parent == .position, let last = contents.ptzPositions.indices.last else { return }
        let pair = numbers(attributes, .x, .y)
        if element == .zoom {
            contents.ptzPositions[last].zoom = pair.0
        } else {
            contents.ptzPositions[last].pan = pair.0
            contents.ptzPositions[last].tilt = pair.1
        }
    }
}

extension PropertyOperation {
    /// Nil for anything but the three of the schema.
    init?(_ text: Bytes) {
        if text.equals("Initialized") {
            self = .initialized
        } else if text.equals("Changed") {
            self = .changed
        } else if text.equals("Deleted") {
            self = .deleted
        } else {
            return nil
        }
    }
}
