/// The elements and attributes a reader acts on, by local name: prefixes and even namespaces vary between makers.
enum ElementName: UInt8, CaseIterable {
    /// Known to be none of the others.
    case other
    /// Carries face or plate data (``BiometricVocabulary``), or a picture.
    case biometric

    // Roots, and the way to the notifications.
    case metadataStream, metaDataStream, envelope, event, notificationMessage, pullMessagesResponse
    // ONVIF Core Specification § 9.4: notifications.
    case topic, message, source, key, data, simpleItem, elementItem
    // ONVIF Analytics Service Specification § 5.1: scene descriptions.
    case videoAnalytics, frame, object, appearance, transformation, translate, scale, shape, boundingBox
    case centerOfGravity, objectClass, classCandidate, type, likelihood, motionInCells
    // ONVIF schema, PTZStatus.
    case ptz, ptzStatus, position, panTilt, zoom
    // Structure that carries nothing of its own and is no extension either.
    case structural

    // Attributes.
    case nameAttribute, value, utcTime, propertyOperation, left, top, right, bottom, x, y, objectId, columns, rows,
        cells

    /// Local names as the ONVIF schema spells them.
    static let spellings: [(name: StaticString, element: ElementName)] = [
        ("MetadataStream", .metadataStream), ("MetaDataStream", .metadataStream), ("Envelope", .envelope),
        ("Event", .event), ("NotificationMessage", .notificationMessage),
        ("PullMessagesResponse", .pullMessagesResponse),
        ("Topic", .topic), ("Message", .message), ("Source", .source), ("Key", .key), ("Data", .data),
        ("SimpleItem", .simpleItem), ("ElementItem", .elementItem),
        ("VideoAnalytics", .videoAnalytics), ("Frame", .frame), ("Object", .object), ("Appearance", .appearance),
        ("Transformation", .transformation), ("Translate", .translate), ("Scale", .scale), ("Shape", .shape),
        ("BoundingBox", .boundingBox), ("CenterOfGravity", .centerOfGravity), ("Class", .objectClass),
        ("ClassCandidate", .classCandidate), ("Type", .type), ("Likelihood", .likelihood),
        ("MotionInCells", .motionInCells),
        ("PTZ", .ptz), ("PTZStatus", .ptzStatus), ("Position", .position), ("PanTilt", .panTilt), ("Zoom", .zoom),
        ("Header", .structural), ("Body", .structural), ("Action", .structural), ("CurrentTime", .structural),
        ("TerminationTime", .structural), ("ProducerReference", .structural), ("SubscriptionReference", .structural),
        ("Address", .structural), ("ReferenceParameters", .structural), ("Metadata", .structural),
        ("Polygon", .structural), ("Point", .structural), ("Color", .structural), ("ColorCluster", .structural),
        ("Behaviour", .structural), ("Speed", .structural), ("Removed", .structural), ("Idle", .structural),
        ("ObjectTree", .structural), ("Rename", .structural), ("Split", .structural), ("Merge", .structural),
        ("Delete", .structural), ("MoveStatus", .structural), ("Error", .structural),
        // Pictures of what was seen, often a face (tt:Appearance/Image, ImageRef).
        ("Image", .biometric), ("ImageRef", .biometric),
        ("Name", .nameAttribute), ("name", .nameAttribute), ("Value", .value), ("value", .value), ("UtcTime", .utcTime),
        ("PropertyOperation", .propertyOperation),
        ("left", .left), ("top", .top), ("right", .right), ("bottom", .bottom), ("x", .x), ("y", .y),
        ("ObjectId", .objectId), ("Columns", .columns), ("Rows", .rows), ("Cells", .cells),
    ]
}
