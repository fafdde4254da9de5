internal import Hummingbird
internal import Logging
internal import NIOCore

/// What a route knows about its request beside the request itself.
struct QueryContext: RequestContext {
    struct Source: RequestContextSource {
        let logger: Logger
        let principal: Principal
        let exchange: Exchange
    }

    var coreContext: CoreRequestContextStorage
    let principal: Principal
    let exchange: Exchange

    init(source: Source) {
        coreContext = .init(source: source)
        principal = source.principal
        exchange = source.exchange
    }
}
