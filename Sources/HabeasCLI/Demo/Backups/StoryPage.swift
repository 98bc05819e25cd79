/// The story as it is read: numbered steps of one line each.
struct StoryPage {
    private var number = 0

    /// One step, with what was seen.
    mutating func tell(_ step: String, _ seen: String) {
        number += 1
        let place = number < 10 ? " \(number)" : "\(number)"
        Terminal.print("\(place)  \(step + String(repeating: " ", count: max(0, 14 - step.count)))  \(seen)")
    }

    /// Goes on only where it is as it must be.
    func require(_ isTrue: Bool, _ otherwise: @autoclosure () -> String) throws(CommandFailure) {
        guard isTrue else {
            throw CommandFailure(.failed, code: "demo.story-stopped", "the story stops: \(otherwise())")
        }
    }
}
