// habeas: the executable. It composes and starts; it must never hold a rule of the domain.

internal import CLinux
internal import Dispatch
internal import Glibc
internal import HabeasCLI

/// Runs one command. Ctrl-C, SIGTERM and a closed terminal end a service in order and cancel any other command, so that
/// statements end on the server and temporary files go.
@main
struct Habeas {
    static func main() async {
        // Each thread keeping what it freed for itself would cost 10 MB of sealed segments (mallopt(3)).
        habeas_limit_malloc_arenas(2)
        // A reader that went away is an error of the write, not the end of the process.
        _ = signal(SIGPIPE, SIG_IGN)
        let stop = StopRequest()
        let work = Task { await HabeasCommand.execute(Array(CommandLine.arguments.dropFirst()), stop: stop) }
        let sources = [SIGINT, SIGTERM, SIGHUP].map { number in
            _ = signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { @Sendable in
                // Whoever asks again doesn't want to wait; the next run clears what is left.
                if work.isCancelled { exit(130) }
                if stop.ask() { return }
                work.cancel()
            }
            source.resume()
            return source
        }
        let status = await work.value
        withExtendedLifetime(sources) {}
        exit(status)
    }
}
