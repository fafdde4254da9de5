/// Tells Thread Sanitizer about the contended path of Swift's `Mutex`. There is nothing to call: being linked into the
/// tests is enough. See mutex.c.
#pragma once
