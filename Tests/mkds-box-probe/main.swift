internal import Box
internal import Glibc

/// Tries one thing an attacker inside mkds-capture would try: `mkds-box-probe free|boxed SPOOL-FOLDER ATTEMPT ARGUMENT`.
/// `boxed` first closes the same box by the same function. It exits with 0 when the attempt succeeded, with 1 when it
/// was refused (then it prints errno); a killed one shows by its signal. 2: the box could not be closed.
let arguments = CommandLine.arguments
guard arguments.count == 5, let attempt = Attempt(rawValue: arguments[3]) else { exit(64) }
if arguments[1] == "boxed" {
    do {
        _ = try Box.close(folder: arguments[2], files: [])
    } catch {
        print(error)
        exit(2)
    }
}
errno = 0
if attempt.succeeds(with: arguments[4]) { exit(0) }
print(errno)
exit(1)
