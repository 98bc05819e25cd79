package import RightsCore

/// Reads declared copies. A reading never fails: what went wrong is an obstacle in it.
package struct CopyReader: Sendable {
    private let runner: ToolRunner

    /// A reader.
    ///
    /// - Parameter patience: the longest that one call of a tool may take.
    package init(patience: Duration = .seconds(600)) { runner = ToolRunner(patience: patience) }

    /// Reads all copies, one after the other.
    package func read(_ copies: [DeclaredCopy], live: LiveCluster, at: Instant) async -> [CopyReading] {
        var readings: [CopyReading] = []
        for copy in copies { readings.append(await read(copy, among: copies, live: live, at: at)) }
        return readings
    }

    private func read(
        _ copy: DeclaredCopy, among all: [DeclaredCopy], live: LiveCluster, at: Instant
    ) async -> CopyReading {
        switch copy.source {
        case .pgBackRest(let own):
            let declared = all.compactMap(\.pgBackRest)
            let reader = PgBackRestReader(
                name: copy.name, copy: own, declared: Set(declared.filter(own.isBeside).map(\.repository)),
                stanzas: Set(declared.filter { $0.configuration == own.configuration }.map(\.stanza)), runner: runner)
            return await reader.read(live: live, at: at)
        case .barman(let own):
            return await BarmanReader(name: copy.name, copy: own, runner: runner).read(live: live, at: at)
        case .baseBackup(let own):
            let reader = BaseBackupReader(
                name: copy.name, copy: own, runner: runner, segmentSize: live.segmentSize)
            return await reader.read(at: at)
        case .dump(let own): return await DumpReader(name: copy.name, copy: own, runner: runner).read(at: at)
        case .attestation(let word):
            var reading = CopyReading(copy: copy.name, at: at)
            reading.attestation = word
            return reading
        }
    }
}

extension DeclaredCopy {
    fileprivate var pgBackRest: PgBackRestCopy? {
        if case .pgBackRest(let copy) = source { copy } else { nil }
    }
}
