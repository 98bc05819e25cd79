/// The text of a random uuid (RFC 9562, version 4).
///
/// Every group starts with a digit that is not zero, so none needs padding: this is called for every row.
func makeUUID(_ random: inout SplitMix64) -> String {
    let high = random.next()
    let low = random.next()
    var text = String(high &>> 32 | 0x8000_0000, radix: 16)
    text += "-"
    text += String(high &>> 16 & 0xffff | 0x8000, radix: 16)
    text += "-"
    text += String(high & 0xfff | 0x4000, radix: 16)
    text += "-"
    text += String(low &>> 48 & 0x3fff | 0x8000, radix: 16)
    text += "-"
    text += String(low & 0xffff_ffff_ffff | 0x8000_0000_0000, radix: 16)
    return text
}

/// The word that marks every row of a person and no row of anybody else: `cnry` and ten letters or digits.
package func canary(of person: Int) -> String {
    var random = SplitMix64(seed: 0x636e_7279, .name, person: person, ordinal: 0)
    var digits = String(person, radix: 36)
    digits = String(repeating: "0", count: 4 - digits.utf8.count) + digits
    let noise = String(random.next() % 1_572_120_576 + 604_661_760, radix: 36)  // always six digits
    return "cnry" + noise + digits
}
