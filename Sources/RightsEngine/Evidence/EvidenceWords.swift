internal import RequestLedger
internal import RightsCore

/// What people read in a pack.
enum EvidenceWords {
    /// The story, a line an entry.
    static func timeline(_ steps: [EvidenceDocument.Step]) -> String {
        steps.map { step in
            let facts = step.facts.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
            return "\(step.at)  \(step.action)  by \(step.actor)\(facts)\n"
        }.joined()
    }

    /// What is in the pack, how to check it, and what that proves.
    static func readme(_ facts: EvidenceFacts, at now: Instant) -> String {
        """
        Evidence of request \(facts.request.id)
        Made \(now.rfc3339)

        It holds ids, codes, numbers, times and names of tables and columns; no name, address
        or content of the person. The plan may name the matter of a legal hold, and the audit
        excerpt holds entries about other requests (ids, codes, keyed hashes): show the pack
        to whom that may be shown.

        WHAT IS IN IT
          data/request.json      the request and its dates
          data/timeline.txt      what was done, by whom, when (data/timeline.json: the same for programs)
          data/notices.json      letters: their kinds, and whether they left
          data/audit.jsonl       the part of the audit chain that the timeline was taken from
        \(facts.request.right == .erasure ? erasure : "")
        HOW TO CHECK IT
          habeas verify PACK.zip --key published.json

        published.json is what the service publishes at /.well-known/habeas.json; take it
        from there, or from where you keep it, never from who gave you the pack. Without us:
          sha256sum -c manifest-sha256.txt && sha256sum -c tagmanifest-sha256.txt
          openssl pkeyutl -verify -pubin -inkey KEY.pem -rawin -in evidence.json -sigfile evidence.sig
        evidence.json lists every file with its SHA-256.

        WHAT THAT PROVES
          - The service's key signed exactly these files.
          - Each entry of the timeline stands in the audit chain as it was when a checkpoint was
            signed soon after it: the excerpt runs from the entry on to that checkpoint, and every
            hash in between rests on the one before.
          - That no entry about the request was left out, the service states by its signature of
            evidence.json. Who wants to see it asks for the whole chain (habeas audit export).
          - It doesn't prove what lay in the database. That is what the receipts state, as the
            transaction that erased wrote them.

        """
    }

    private static let erasure = """
          data/plans/            every plan, byte for byte, named by its SHA-256
          data/approvals.json    who approved which plan, and when
          data/runs.json         when it was carried out
          data/receipts/         what was done, as the transaction that did it wrote it down
          data/recipients.json   who else holds copies, and whether they were told
          data/certificate.*     the certificate, where one was issued

        """
}
