internal import Hummingbird
internal import NIOExtras
internal import ServiceLifecycle
