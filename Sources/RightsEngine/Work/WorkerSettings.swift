/// How one process works on the queue.
package struct WorkerSettings: Sendable {
    /// The process, as the queue shows it: machine and process id.
    package var name: String
    /// How many exports run at once. With two or more, one place never takes heavy ones.
    package var exportPlaces = 2
    /// How many of all other jobs run at once.
    package var errandPlaces = 2
    /// How long a job stays this process's without a heartbeat.
    package var lease = Duration.seconds(30)
    /// How often the queue is looked at when nobody tells of new jobs.
    package var pollPause = Duration.seconds(3)
    /// How long running exports may go on when the process is asked to end.
    package var grace = Duration.seconds(20)
    /// How often the periodic duties are done, by whichever process.
    package var dutyPause = Duration.seconds(60)
    /// How long an export waits that finds another of the same person, or no space.
    package var waitPause = Duration.seconds(5)

    /// Settings with defaults for everything but the name.
    package init(name: String) { self.name = name }

    /// How many connections to the control database the process needs at most: two a place, one to listen, two to
    /// look after queue and archives. With fewer, jobs wait for each other for ever.
    package var connections: Int { 2 * (exportPlaces + errandPlaces) + 3 }
}
